//! A flood in one workflow, and another one that wants its turn.

use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use futures::future::join_all;
use rstest::rstest;

use crate::peer::Answer;
use crate::world::World;

const FLOODED: &str = "
steps:
  - { id: call, uses: http, with: { method: POST, url: PEER/flooded } }
";

const QUIET: &str = "
steps:
  - { id: call, uses: http, with: { method: POST, url: PEER/quiet } }
";

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_flood_in_one_workflow_does_not_keep_another_waiting(#[case] db: Db) {
    const FLOOD: usize = 5_000;
    const SLOTS: usize = 8;
    let world = World::start(db).await;
    let (flooded, quiet) = (world.workflow(FLOODED).await, world.workflow(QUIET).await);
    join_all((0..FLOOD).map(|_| world.begin(&flooded, None))).await;
    let late = world.begin(&quiet, None).await;
    let mut plan = world.node();
    plan.concurrency = SLOTS;
    let node = plan.start();

    assert_eq!(world.ended(late).await.status, ExecutionStatus::Succeeded);
    node.abort().await;

    let seen = world.peer.seen();
    let before = seen.iter().position(|seen| seen.path == "/quiet").unwrap();
    assert!(before <= 2 * SLOTS, "{before} of the flood came before it");
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_workflow_that_waits_on_a_slow_server_does_not_hold_all_slots(#[case] db: Db) {
    const SLOTS: usize = 8;
    let world = World::start(db).await;
    world.peer.answers("/flooded", [Answer::Held]);
    let (flooded, quiet) = (world.workflow(FLOODED).await, world.workflow(QUIET).await);
    let mut plan = world.node();
    plan.concurrency = SLOTS;
    let node = plan.start();
    // As they come, and what came before.
    let flood = join_all((0..3 * SLOTS).map(|_| world.begin(&flooded, None))).await;
    world.requests("/flooded", SLOTS - 1).await;

    for _ in 0..3 {
        let other = world.begin(&quiet, None).await;
        assert_eq!(world.ended(other).await.status, ExecutionStatus::Succeeded);
    }
    assert_eq!(world.peer.count("/flooded"), SLOTS - 1);
    world.peer.release();

    for id in flood {
        assert_eq!(world.ended(id).await.status, ExecutionStatus::Succeeded);
    }
    node.stop().await;
    assert_eq!(world.peer.peak(), SLOTS, "never more than the node has");
}
