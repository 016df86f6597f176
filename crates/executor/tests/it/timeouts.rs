//! Time-outs of attempts and of whole executions. Those that run out while something is awaited run out by the clock
//! on the wall, and are short.

use std::time::Duration;

use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::journal::StepStatus;
use rstest::rstest;

use crate::peer::Answer;
use crate::world::{NOON, World, statuses, step};

const HALF_AN_HOUR: Duration = Duration::from_mins(30);

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn an_attempt_that_takes_too_long_is_given_up_and_tried_again(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/call", [Answer::Never, Answer::status(200)]);

    let row = world
        .outcome(
            "
steps:
  - { id: call, uses: http, with: { url: PEER/call }, timeout: 100ms, retry: { initial_interval: 2ms } }
",
        )
        .await;

    assert_eq!(row.status, ExecutionStatus::Succeeded, "{:?}", row.error);
    assert_eq!(step(&row, "call").attempts, 2);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_step_that_takes_too_long_fails_with_a_timeout(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/call", [Answer::Never]);

    let row = world
        .outcome(
            "
steps:
  - { id: call, uses: http, with: { url: PEER/call }, timeout: 50ms }
",
        )
        .await;

    let error = row.error.unwrap();
    assert_eq!((error.step.as_deref(), error.kind.as_str()), (Some("call"), "timeout"));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn the_end_of_the_executions_time_cancels_the_step_that_runs(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/call", [Answer::Never]);

    let row = world
        .outcome(
            "
timeout: 200ms
steps:
  - { id: before, uses: set, with: { a: 1 } }
  - { id: call, uses: http, with: { method: POST, url: PEER/call }, continue_on_error: true }
  - { id: after, uses: http, with: { method: POST, url: PEER/after } }
",
        )
        .await;

    assert_eq!(row.status, ExecutionStatus::Failed);
    let error = row.error.as_ref().unwrap();
    assert_eq!((&error.step, error.kind.as_str()), (&None, "timeout"));
    assert!(error.message.contains("200ms"), "{}", error.message);
    assert_eq!(statuses(&row), [("before", StepStatus::Succeeded), ("call", StepStatus::Cancelled)]);
    assert_eq!(step(&row, "call").error.as_ref().unwrap().kind, "timeout");
    assert_eq!(world.peer.count("/after"), 0);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_pause_counts_and_ends_with_the_executions_time(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/call", [Answer::status(503)]);
    let id = world
        .run(
            "
timeout: 30m
steps:
  - id: call
    uses: http
    with: { method: POST, url: PEER/call }
    retry: { initial_interval: 1h, max_interval: 1h }
",
        )
        .await;
    let node = world.node().start();
    world.stands(id, ExecutionStatus::Waiting).await;
    assert_eq!(world.store.next_due().await.unwrap(), Some(NOON.plus(HALF_AN_HOUR)));

    world.clock.advance(HALF_AN_HOUR);
    let row = world.ended(id).await;
    node.stop().await;

    assert_eq!((row.status, row.error.unwrap().kind.as_str()), (ExecutionStatus::Failed, "timeout"));
    let call = &row.steps[0];
    assert_eq!((call.status, call.attempts), (StepStatus::Cancelled, 1));
    assert_eq!(world.peer.count("/call"), 1);
}

#[tokio::test]
async fn a_script_that_says_nothing_of_its_time_has_five_seconds() {
    let world = World::start(Db::Sqlite).await;

    let row =
        world.outcome("\nsteps:\n  - { id: spin, uses: script, with: { code: 'for (;;) {}' } }\n").await;

    let error = row.error.unwrap();
    assert_eq!((error.step.as_deref(), error.kind.as_str()), (Some("spin"), "timeout"));
    assert!(error.message.contains("within 5s"), "{}", error.message);
}
