//! What fails, where, and what goes on all the same.

use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::journal::StepStatus;
use rstest::rstest;
use serde_json::json;

use crate::peer::Answer;
use crate::world::{World, statuses, step};

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_step_may_fail_and_later_ones_see_how(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/call", [Answer::status(500)]);

    let row = world
        .outcome(
            r"
steps:
  - { id: call, uses: http, with: { method: POST, url: PEER/call }, continue_on_error: true }
  - uses: return
    with:
      status: ${{ steps.call.status }}
      kind: ${{ steps.call.error.kind }}
      code: ${{ steps.call.error.status }}
      output: ${{ steps.call.output }}
",
        )
        .await;

    assert_eq!((row.status, &row.error), (ExecutionStatus::Succeeded, &None));
    let seen = json!({ "status": "failed", "kind": "http_status", "code": 500, "output": null });
    assert_eq!(row.output, Some(seen));
    assert_eq!(step(&row, "call").status, StepStatus::Failed);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn an_expression_that_finds_nothing_fails_its_step_and_names_the_path(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/lead", [Answer::Json(200, json!({ "name": "Acme" }))]);

    let row = world
        .outcome(
            r"
steps:
  - { id: lead, uses: http, with: { url: PEER/lead } }
  - id: tell
    uses: http
    with: { method: POST, url: PEER/tell, json: { name: '${{ steps.lead.output.body.nmae }}' } }
    retry: { max_attempts: 3, initial_interval: 2ms }
",
        )
        .await;

    let error = row.error.as_ref().unwrap();
    assert_eq!((error.step.as_deref(), error.kind.as_str()), (Some("tell"), "expression"));
    assert!(error.message.contains("`steps.lead.output.body.nmae`"), "{}", error.message);
    assert_eq!(step(&row, "tell").attempts, 1);
    assert_eq!(world.peer.count("/tell"), 0);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_condition_that_cannot_be_told_fails_its_step(#[case] db: Db) {
    let world = World::start(db).await;

    let row = world
        .outcome(
            "
steps:
  - { id: lead, uses: set, with: { name: Acme } }
  - { id: tell, if: steps.lead.output.value > 10, uses: http, with: { method: POST, url: PEER/tell } }
",
        )
        .await;

    let error = row.error.as_ref().unwrap();
    assert_eq!((error.step.as_deref(), error.kind.as_str()), (Some("tell"), "expression"));
    assert!(error.message.contains("steps.lead.output.value"), "{}", error.message);
    assert_eq!(
        statuses(&row),
        [("lead", StepStatus::Succeeded), ("tell", StepStatus::Failed)],
        "a condition that failed is not one that was false"
    );
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_variable_that_has_no_value_fails_the_execution_before_its_first_step(#[case] db: Db) {
    let world = World::start(db).await;

    let row = world
        .outcome(
            r"
vars: { name: '${{ inputs.name }}' }
steps:
  - { uses: http, with: { method: POST, url: PEER/tell } }
",
        )
        .await;

    let error = row.error.as_ref().unwrap();
    assert_eq!((&error.step, error.kind.as_str()), (&None, "expression"));
    assert!(error.message.contains("vars") && error.message.contains("`inputs.name`"), "{}", error.message);
    assert!(row.steps.is_empty() && world.peer.seen().is_empty());
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_version_that_cannot_be_read_fails_the_execution(#[case] db: Db) {
    let world = World::start(db).await;
    let workflow = world.save("name: story\nsteps: [{ uses: teleport }]\n".to_owned()).await;
    let id = world.begin(&workflow, None).await;
    let node = world.node().start();

    let row = world.ended(id).await;
    node.stop().await;

    let error = row.error.unwrap();
    assert_eq!((row.status, &error.step), (ExecutionStatus::Failed, &None));
    assert_eq!(error.kind, "workflow");
    assert!(error.message.contains("version 1"), "{}", error.message);
}
