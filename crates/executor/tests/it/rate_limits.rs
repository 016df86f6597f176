//! What the other side says of its limits holds for every step of the same credential.

use std::time::Duration;

use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::journal::StepStatus;
use bellhop_workflow::time::Clock as _;
use rstest::rstest;

use crate::peer::Answer;
use crate::world::{NOON, World, step};

const SECOND: Duration = Duration::from_secs(1);

/// One request, with a credential and no `retry`.
fn call(path: &str) -> String {
    format!(
        "steps:\n  - id: call\n    uses: http\n    timeout: 5s\n    with: {{ method: POST, url: PEER/{path}, auth: {{ credential: bearer }} }}\n"
    )
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_refusal_holds_off_all_steps_of_the_credential_and_is_no_attempt(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/first", [Answer::RetryAfter(60), Answer::status(201)]);
    let node = world.node().start();
    let first = world.run(&call("first")).await;
    world.stands(first, ExecutionStatus::Waiting).await;

    // A row, until then: no slot, and no request of anybody else's.
    let second = world.run(&call("second")).await;
    let waiting = world.stands(second, ExecutionStatus::Waiting).await;
    let until = step(&waiting, "call").wakes_at.unwrap();
    assert!(until >= NOON.plus(60 * SECOND) && until < NOON.plus(70 * SECOND), "{until}");
    let as_nobody =
        world.run("steps:\n  - { id: call, uses: http, with: { method: POST, url: PEER/third } }\n").await;
    assert_eq!(world.ended(as_nobody).await.status, ExecutionStatus::Succeeded);
    assert_eq!((world.peer.count("/first"), world.peer.count("/second")), (1, 0));

    // Much longer than the step's time-out.
    world.clock.advance(until.since(world.clock.now()));
    for id in [first, second] {
        let row = world.ended(id).await;
        assert_eq!(row.status, ExecutionStatus::Succeeded, "{:?}", row.error);
        assert_eq!((step(&row, "call").attempts, step(&row, "call").status), (1, StepStatus::Succeeded));
    }
    node.stop().await;
    assert_eq!((world.peer.count("/first"), world.peer.count("/second")), (2, 1));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn nothing_left_holds_off_before_the_refusal_comes(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/first", [Answer::Limit("limit=2, remaining=0, reset=30.5")]);
    world.peer.answers("/short", [Answer::Limit("limit=2, remaining=0, reset=0.2")]);
    let node = world.node().start();
    let first = world.run(&call("first")).await;
    assert_eq!(world.ended(first).await.status, ExecutionStatus::Succeeded);

    let second = world.run(&call("short")).await;
    world.stands(second, ExecutionStatus::Waiting).await;
    assert_eq!(world.peer.count("/short"), 0);
    world.clock.advance(40 * SECOND);
    assert_eq!(world.ended(second).await.status, ExecutionStatus::Succeeded);

    // So short that it is waited for where it stands.
    let third = world.run(&call("third")).await;
    assert_eq!(world.ended(third).await.status, ExecutionStatus::Succeeded);
    node.stop().await;
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_wait_that_is_out_of_all_reason_is_a_failure(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/first", [Answer::RetryAfter(86_400)]);

    let row = world.outcome(&call("first")).await;

    let error = row.error.unwrap();
    assert_eq!((row.status, error.kind.as_str()), (ExecutionStatus::Failed, "http_status"));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_was_held_off_and_then_cut_short_is_interrupted(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/first", [Answer::RetryAfter(60), Answer::Never]);
    let id = world.run(&format!("{}    on_interrupt: fail\n", call("first"))).await;
    let node = world.node().start();
    world.stands(id, ExecutionStatus::Waiting).await;
    world.clock.advance(70 * SECOND);
    world.requests("/first", 2).await;
    node.abort().await;

    world.clock.advance(60 * SECOND);
    let node = world.node().start();
    let row = world.ended(id).await;
    node.stop().await;
    assert_eq!(row.error.unwrap().kind, "interrupted");
    assert_eq!(world.peer.count("/first"), 2);
}
