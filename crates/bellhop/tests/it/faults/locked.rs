//! Somebody else holds the database's lock, for longer than a write waits for it.

use std::time::Duration;

use bellhop_testkit::database::Db;
use rstest::rstest;
use sqlx::{Connection as _, PgConnection, SqliteConnection, raw_sql};
use tokio::time::Instant;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{GOES_ON, STOPPED, is_put_off, one_effect};
use crate::site::Site;

/// No sender that is known here gives up sooner.
const BOUND: Duration = Duration::from_secs(10);

#[rstest]
#[case::sqlite(Db::Sqlite, "BEGIN IMMEDIATE")]
#[case::postgres(Db::Postgres, "BEGIN; LOCK TABLE executions, deliveries, journal IN ACCESS EXCLUSIVE MODE")]
#[tokio::test(flavor = "multi_thread")]
async fn a_lock_of_somebody_elses_puts_deliveries_off_in_time(#[case] db: Db, #[case] lock: &'static str) {
    let site = Site::new(db).await;
    let peer = MockServer::start().await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(200)).mount(&peer).await;
    let server = site.serve();
    let hook = site.activate(&server, "effects", one_effect(&peer.uri())).await;
    assert!(site.deliver(server.address(), &hook, "ev_first").await.unwrap().is_taken());
    site.all_succeed(&server, &["ev_first".to_owned()]).await;

    let mut somebody = Somebody::connect(db, site.database_url()).await;
    somebody.execute(lock).await;
    let events: Vec<String> = (0..40).map(|number| format!("ev_{number}")).collect();
    let began = Instant::now();
    // They come one after the other, so that they meet the server at each point of its wait.
    let all = futures::future::join_all(events.iter().enumerate().map(|(number, event)| {
        let (site, server, hook) = (&site, &server, &hook);
        async move {
            tokio::time::sleep(Duration::from_millis(200) * u32::try_from(number).unwrap()).await;
            let began = Instant::now();
            (site.deliver(server.address(), hook, event).await.unwrap(), began.elapsed())
        }
    }));
    for (answer, took) in all.await {
        is_put_off(&answer);
        assert!(took < BOUND, "a sender waited for {took:?}");
    }
    assert!(began.elapsed() > Duration::from_secs(8));
    assert_eq!(site.ask(&server, "/readyz").await.status, 503);
    if db == Db::Sqlite {
        // Readers do not mind.
        assert_eq!(site.executions(&server).await.len(), 1);
    }

    somebody.execute("ROLLBACK").await;
    site.until_ready_is(&server, 200).await;
    for event in &events {
        assert!(site.deliver(server.address(), &hook, event).await.unwrap().is_taken());
    }
    site.all_succeed(&server, &events).await;
    assert_eq!((site.logged(STOPPED).len(), site.logged(GOES_ON).len()), (1, 1));
    assert!(site.logged(STOPPED)[0].contains("holds its lock"));
    assert!(site.logged("request failed").is_empty(), "the log is told once");
}

/// A connection that is none of the server's.
enum Somebody {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Somebody {
    async fn connect(db: Db, url: &str) -> Self {
        match db {
            Db::Sqlite => Self::Sqlite(SqliteConnection::connect(url).await.unwrap()),
            Db::Postgres => Self::Postgres(PgConnection::connect(url).await.unwrap()),
        }
    }

    async fn execute(&mut self, sql: &'static str) {
        match self {
            Self::Sqlite(connection) => drop(raw_sql(sql).execute(connection).await.unwrap()),
            Self::Postgres(connection) => drop(raw_sql(sql).execute(connection).await.unwrap()),
        }
    }
}
