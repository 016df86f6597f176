//! A pause is as long as it says, also on a server that has nothing else to do.

use bellhop_testkit::database::Db;
use bellhop_testkit::server::TestServer;
use rstest::rstest;

const NAP: &str = "name: nap\ntriggers:\n  - manual:\nsteps:\n  - uses: sleep\n    with: { for: 2s }\n";

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn an_idle_server_wakes_up_in_time(#[case] db: Db) {
    let server = TestServer::start(db).await;
    server.create(NAP).await;

    // Less than what an idle node waits between two looks at the table.
    let answer = server.post("/workflows/nap/run?wait=6s").await;

    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.body["status"], "succeeded");
}
