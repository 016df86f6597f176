//! What somebody who watches the database is told: what waits, which registrations there are, and whether it is well.

use std::time::Duration;

use bellhop_storage::{Migrations, Queue, RegistrationCount, StoreError};
use bellhop_testkit::database::Db;
use rstest::rstest;
use sqlx::SqlitePool;

use crate::registrations::{registration, save};
use crate::support::{Fixture, NOON, event, node};

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_is_due_is_counted_over_all_workflows_and_what_runs_is_not(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let store = &fixture.store;
    assert_eq!(store.queue(NOON).await.unwrap(), Queue { depth: 0, since: None });
    for name in ["won-deal", "lost-deal"] {
        let workflow = fixture.workflow(name).await;
        for number in 0..3 {
            fixture.accepted(event(&workflow, &format!("evt_{number}"))).await;
        }
    }
    let later = NOON.plus(Duration::from_secs(90));
    assert_eq!(store.queue(later).await.unwrap(), Queue { depth: 6, since: Some(NOON) });
    let before = NOON.minus(Duration::from_secs(1));
    assert_eq!(store.queue(before).await.unwrap(), Queue { depth: 0, since: None }, "nothing is due yet");

    store.claim(node(), 4, later, Duration::from_secs(30)).await.unwrap();
    assert_eq!(store.queue(later).await.unwrap().depth, 2);
    // What a dead node had is due again.
    assert_eq!(store.queue(later.plus(Duration::from_secs(31))).await.unwrap().depth, 6);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn registrations_are_counted_by_where_they_stand(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    for (hook, status) in [("one", None), ("two", Some("paused")), ("three", Some("paused"))] {
        let mut row = registration(&workflow, hook, hook);
        row.vendor_status = status.map(str::to_owned);
        save(&fixture, &row).await.unwrap();
    }
    let count = |vendor_status: &str, registrations| RegistrationCount {
        state: "activating".to_owned(),
        vendor_status: vendor_status.to_owned(),
        registrations,
    };
    assert_eq!(fixture.store.registration_counts().await.unwrap(), [count("", 1), count("paused", 2)]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_database_of_this_version_that_takes_writes_is_well(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    // Nothing has been written through this store yet.
    fixture.another_store().await.check_writable().await.unwrap();
    fixture.store.check_writable().await.unwrap();

    let Migrations { found, needed } = fixture.store.migrations().await.unwrap();
    assert_eq!(found, needed);
    fixture
        .execute("DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)")
        .await;
    assert!(fixture.store.migrations().await.unwrap().found < needed);

    fixture.store.close().await;
    assert!(matches!(fixture.store.check_writable().await, Err(StoreError::Closed)));
}

#[tokio::test]
async fn a_database_that_somebody_else_has_locked_is_not_well() {
    let fixture = Fixture::start(Db::Sqlite).await;
    let pool = SqlitePool::connect(&fixture.database.url()).await.unwrap();
    let mut other = pool.acquire().await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut *other).await.unwrap();

    let refused = fixture.store.check_writable().await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
}
