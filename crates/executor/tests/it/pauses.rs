//! A long pause before a retry holds a row, not a slot, and ends by the clock.

use std::time::Duration;

use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::journal::StepStatus;
use rstest::rstest;

use crate::peer::Answer;
use crate::world::{NOON, World, statuses, step};

const ALMOST_AN_HOUR: Duration = Duration::from_mins(59);
const HOUR: Duration = Duration::from_hours(1);

const PATIENT: &str = "
steps:
  - { id: before, uses: http, with: { method: POST, url: PEER/before } }
  - id: call
    uses: http
    with: { method: POST, url: PEER/call }
    retry: { initial_interval: 1h, max_interval: 1h }
";

/// Needs nothing but a slot.
const QUICK: &str = "
steps:
  - { uses: set, with: { a: 1 } }
";

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn an_execution_that_pauses_leaves_its_slot_and_goes_on_in_time(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/call", [Answer::status(503), Answer::status(200)]);
    let mut plan = world.node();
    plan.concurrency = 1;
    let node = plan.start();

    let id = world.run(PATIENT).await;
    let row = world.stands(id, ExecutionStatus::Waiting).await;
    let call = step(&row, "call");
    assert_eq!((call.status, call.attempts), (StepStatus::Waiting, 1));
    assert_eq!(call.error.as_ref().unwrap().status, Some(503));

    // The one slot is free, and whoever takes it takes what is due: the pause is not over yet.
    world.clock.advance(ALMOST_AN_HOUR);
    let other = world.run(QUICK).await;
    world.ended(other).await;
    assert_eq!(world.execution(id).await.status, ExecutionStatus::Waiting);
    assert_eq!(world.peer.count("/call"), 1);

    world.clock.set(NOON.plus(HOUR));
    let row = world.ended(id).await;
    assert_eq!(row.status, ExecutionStatus::Succeeded);
    let call = step(&row, "call");
    assert_eq!((call.attempts, call.started_at, call.finished_at), (2, Some(NOON), Some(NOON.plus(HOUR))));
    assert_eq!((world.peer.count("/before"), world.peer.count("/call")), (1, 2));
    node.stop().await;
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_pause_outlives_the_node_that_began_it(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/call", [Answer::status(503), Answer::status(200)]);
    let id = world.run(PATIENT).await;
    let first = world.node().start();
    world.stands(id, ExecutionStatus::Waiting).await;
    first.stop().await;

    world.clock.advance(HOUR);
    let second = world.node().start();
    let row = world.ended(id).await;
    second.stop().await;

    let done = StepStatus::Succeeded;
    assert_eq!(statuses(&row), [("before", done), ("call", done)]);
    assert_eq!((world.peer.count("/before"), step(&row, "call").attempts), (1, 2));
}

#[rstest]
#[case::obeyed_sqlite(Db::Sqlite, 1_800, 1_800)]
#[case::obeyed_postgres(Db::Postgres, 1_800, 1_800)]
#[case::within_reason_sqlite(Db::Sqlite, 86_400, 3_600)]
#[case::within_reason_postgres(Db::Postgres, 86_400, 3_600)]
#[tokio::test]
async fn the_peers_wish_for_a_pause_is_obeyed(#[case] db: Db, #[case] asked: u64, #[case] given: u64) {
    let world = World::start(db).await;
    world.peer.answers("/call", [Answer::RetryAfter(asked), Answer::status(200)]);
    let id = world
        .run(
            "
steps:
  - { id: call, uses: http, with: { url: PEER/call }, retry: { initial_interval: 2ms } }
",
        )
        .await;
    let node = world.node().start();

    world.stands(id, ExecutionStatus::Waiting).await;
    let pause = Duration::from_secs(given);
    assert_eq!(world.store.next_due().await.unwrap(), Some(NOON.plus(pause)));

    world.clock.advance(pause);
    assert_eq!(step(&world.ended(id).await, "call").attempts, 2);
    node.stop().await;
}
