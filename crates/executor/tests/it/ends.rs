//! How workflows end, and what they skip.

use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::journal::StepStatus;
use rstest::rstest;
use serde_json::json;

use crate::world::{World, statuses};

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_step_whose_condition_is_false_is_skipped(#[case] db: Db) {
    let world = World::start(db).await;

    let row = world
        .outcome(
            r"
steps:
  - { id: value, uses: set, with: { amount: 9 } }
  - { id: big, if: steps.value.output.amount > 10, uses: http, with: { method: POST, url: PEER/big } }
  - { id: small, if: steps.value.output.amount <= 10, uses: set, with: { big: '${{ steps.big.status }}' } }
  - { uses: return, with: { big: '${{ steps.small.output.big }}' } }
",
        )
        .await;

    assert_eq!(row.output, Some(json!({ "big": "skipped" })));
    let (done, skipped) = (StepStatus::Succeeded, StepStatus::Skipped);
    assert_eq!(statuses(&row)[..3], [("value", done), ("big", skipped), ("small", done)]);
    assert!(world.peer.seen().is_empty());
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn return_ends_the_execution_with_its_output(#[case] db: Db) {
    let world = World::start(db).await;

    let row = world
        .outcome(
            "
steps:
  - { id: no, if: 1 > 2, uses: return, with: { never: true } }
  - { id: yes, uses: return, with: { answer: 42 } }
  - { id: late, uses: http, with: { method: POST, url: PEER/late } }
",
        )
        .await;

    assert_eq!((row.status, &row.output), (ExecutionStatus::Succeeded, &Some(json!({ "answer": 42 }))));
    assert_eq!(statuses(&row), [("no", StepStatus::Skipped), ("yes", StepStatus::Succeeded)]);
    assert!(world.peer.seen().is_empty());
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn an_execution_without_return_succeeds_without_output(#[case] db: Db) {
    let world = World::start(db).await;

    let row = world.outcome("steps: [{ uses: set, with: { a: 1 } }]").await;

    assert_eq!((row.status, row.output, row.error), (ExecutionStatus::Succeeded, None, None));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn fail_ends_the_execution_with_its_message(#[case] db: Db) {
    let world = World::start(db).await;

    let row = world
        .outcome(
            r"
vars: { who: Acme }
steps:
  - id: stop
    uses: fail
    with: { message: '${{ vars.who }} is not welcome' }
    retry: { max_attempts: 3, initial_interval: 2ms }
  - { id: late, uses: http, with: { method: POST, url: PEER/late } }
",
        )
        .await;

    let error = row.error.as_ref().unwrap();
    assert_eq!(row.status, ExecutionStatus::Failed);
    assert_eq!(
        (error.step.as_deref(), error.kind.as_str(), error.message.as_str()),
        (Some("stop"), "fail", "Acme is not welcome")
    );
    assert_eq!((statuses(&row), row.steps[0].attempts), (vec![("stop", StepStatus::Failed)], 1));
    assert!(world.peer.seen().is_empty());
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn variables_see_the_inputs_and_one_another(#[case] db: Db) {
    let world = World::start(db).await;
    let workflow = world
        .workflow(
            r"
vars:
  name: ${{ inputs.name }}
  greeting: hello ${{ vars.name }}
steps:
  - uses: return
    with: { text: '${{ vars.greeting }} from ${{ workflow.name }}', attempt: '${{ execution.attempt }}' }
",
        )
        .await;
    let id = world.begin(&workflow, Some(json!({ "name": "Ann" }))).await;
    let node = world.node().start();

    let row = world.ended(id).await;
    node.stop().await;

    assert_eq!(row.output, Some(json!({ "text": "hello Ann from story", "attempt": 1 })));
}
