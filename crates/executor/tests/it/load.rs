//! How much runs at once, and how a node stops.

use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use futures::future::join_all;
use rstest::rstest;

use crate::peer::Answer;
use crate::wait::until;
use crate::world::World;

const CALL: &str = "
steps:
  - { id: call, uses: http, with: { method: POST, url: PEER/call } }
  - { id: again, uses: http, with: { method: POST, url: PEER/again } }
";

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn no_more_executions_run_at_once_than_there_are_slots(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/call", [Answer::Held]);
    let workflow = world.workflow(CALL).await;
    let ids = join_all((0..20).map(|_| world.begin(&workflow, None))).await;
    let mut plan = world.node();
    plan.concurrency = 3;
    let node = plan.start();

    until("all slots to be taken", || world.peer.present() == 3).await;
    let running = join_all(ids.iter().map(|id| world.execution(*id))).await;
    let claimed = running.iter().filter(|row| row.status == ExecutionStatus::Running).count();
    assert_eq!(claimed, 3, "what cannot begin is left for other nodes");
    world.peer.release();

    for id in ids {
        assert_eq!(world.ended(id).await.status, ExecutionStatus::Succeeded);
    }
    node.stop().await;
    assert_eq!(world.peer.peak(), 3);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_node_that_is_asked_to_stop_finishes_what_it_runs_and_begins_nothing(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/call", [Answer::Held]);
    let workflow = world.workflow(CALL).await;
    let running = world.begin(&workflow, None).await;
    let node = world.node().start();
    world.requests("/call", 1).await;

    node.stop.cancel();
    let late = world.begin(&workflow, None).await;
    world.peer.release();
    node.stop().await;

    assert_eq!(world.execution(running).await.status, ExecutionStatus::Succeeded);
    assert_eq!(world.execution(late).await.status, ExecutionStatus::Queued);
    assert_eq!(world.peer.count("/call"), 1);
}
