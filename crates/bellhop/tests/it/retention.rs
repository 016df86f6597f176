//! A server forgets what is older than it keeps.

use std::sync::Arc;
use std::time::Duration;

use bellhop_testkit::clock::TestClock;
use bellhop_testkit::database::Db;
use bellhop_testkit::server::TestServer;
use bellhop_workflow::time::{Clock as _, SystemClock};
use rstest::rstest;

const GREET: &str =
    "name: greet\ntriggers:\n  - manual:\nsteps:\n  - uses: log\n    with: { message: hello }\n";

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn after_two_weeks_an_execution_is_gone(#[case] db: Db) {
    // Not earlier than what other tests of this process go by: ids never go back.
    let clock = Arc::new(TestClock::at(SystemClock.now()));
    let mut server = TestServer::start_with(db, clock.clone(), |_| {}).await;
    server.create(GREET).await;
    let run = server.post("/workflows/greet/run?wait=30s").await;
    let path = format!("/executions/{}", run.body["id"].as_str().unwrap());
    clock.advance(Duration::from_hours(13 * 24));
    server.restart().await;
    assert_eq!(server.get(&path).await.status, 200);

    clock.advance(Duration::from_hours(2 * 24));
    server.restart().await;

    // It sweeps beside its start.
    let executions = server.until("/executions", <[_]>::is_empty).await;
    assert_eq!(executions, Vec::<serde_json::Value>::new());
    assert_eq!(server.get(&path).await.status, 404);
    assert_eq!(server.get("/workflows/greet").await.status, 200);
}
