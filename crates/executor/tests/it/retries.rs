//! What is tried again, how often, and as what.

use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::journal::StepStatus;
use rstest::rstest;

use crate::peer::Answer;
use crate::world::{World, step};

const CALL: &str = "
steps:
  - id: call
    uses: http
    with: { method: POST, url: PEER/call }
    retry: { max_attempts: 3, initial_interval: 2ms }
";

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_step_is_tried_again_until_it_succeeds(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/call", [Answer::status(503), Answer::status(429), Answer::status(201)]);

    let row = world.outcome(CALL).await;

    assert_eq!(row.status, ExecutionStatus::Succeeded);
    let call = step(&row, "call");
    assert_eq!((call.status, call.attempts, &call.error), (StepStatus::Succeeded, 3, &None));
    assert_eq!(call.output.as_ref().unwrap()["status"], 201);
    assert_eq!(world.peer.count("/call"), 3);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn all_attempts_carry_the_same_idempotency_key(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/call", [Answer::status(500), Answer::status(500), Answer::status(200)]);

    let row = world.outcome(CALL).await;

    let keys: Vec<_> = world.peer.seen().into_iter().map(|seen| seen.key.unwrap()).collect();
    assert_eq!(keys, vec![format!("{}:call", row.id); 3]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_refusal_is_not_tried_again(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/call", [Answer::status(404)]);

    let row = world.outcome(CALL).await;

    let call = step(&row, "call");
    assert_eq!((call.status, call.attempts), (StepStatus::Failed, 1));
    let (failure, error) = (call.error.as_ref().unwrap(), row.error.as_ref().unwrap());
    assert_eq!((failure.kind.as_str(), failure.status), ("http_status", Some(404)));
    assert_eq!(row.status, ExecutionStatus::Failed);
    assert_eq!(
        (error.step.as_deref(), &error.kind, &error.message),
        (Some("call"), &failure.kind, &failure.message)
    );
    assert_eq!(world.peer.count("/call"), 1);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_step_fails_once_its_attempts_are_used_up(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/call", [Answer::status(503)]);

    let row = world.outcome(CALL).await;

    let call = step(&row, "call");
    assert_eq!((row.status, call.status, call.attempts), (ExecutionStatus::Failed, StepStatus::Failed, 3));
    assert_eq!(world.peer.count("/call"), 3);
}
