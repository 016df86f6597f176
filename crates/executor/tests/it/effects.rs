//! Steps whose effect is in the database itself: durable keys, and answers to waiting requests.

use std::time::Duration;

use bellhop_storage::StateRow;
use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::WorkflowId;
use bellhop_workflow::journal::StepStatus;
use rstest::rstest;
use serde_json::{Value, json};

use crate::peer::Answer;
use crate::world::{LEASE, World, step};

impl World {
    async fn state(&self, workflow: WorkflowId) -> Vec<(String, Value)> {
        let rows: Vec<StateRow> = self.store.state(workflow, None, 100).await.unwrap();
        rows.into_iter().map(|row| (row.key, row.value)).collect()
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn keys_outlive_the_execution_that_set_them(#[case] db: Db) {
    let world = World::start(db).await;
    let workflow = world
        .workflow(
            r"
steps:
  - { id: runs, uses: state, with: { increment: runs } }
  - { id: by, uses: state, with: { increment: money, by: 2.5 } }
  - { id: last, uses: state, with: { get: last, default: never } }
  - { id: put, uses: state, with: { set: last, value: { run: '${{ steps.runs.output }}' } } }
  - { id: gone, uses: state, with: { delete: nothing } }
  - uses: return
    with: ['${{ steps.runs.output }}', '${{ steps.by.output }}', '${{ steps.last.output }}', '${{ steps.gone.output }}']
",
        )
        .await;
    let node = world.node().start();

    let first = world.begin(&workflow, None).await;
    let first = world.ended(first).await;
    let second = world.begin(&workflow, None).await;
    let second = world.ended(second).await;
    node.stop().await;

    assert_eq!(first.output, Some(json!([1, 2.5, "never", null])), "{:?}", first.error);
    assert_eq!(second.output, Some(json!([2, 5.0, { "run": 1 }, null])), "{:?}", second.error);
    let state = world.state(workflow.id).await;
    let wanted = [("last", json!({ "run": 2 })), ("money", json!(5.0)), ("runs", json!(2))];
    assert_eq!(state, wanted.map(|(key, value)| (key.to_owned(), value)));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_key_is_counted_up_once_though_the_node_ends_right_after(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/call", [Answer::Never, Answer::status(200)]);
    let workflow = world
        .workflow(
            "
steps:
  - { id: count, uses: state, with: { increment: runs } }
  - { id: call, uses: http, with: { method: POST, url: PEER/call } }
",
        )
        .await;
    let id = world.begin(&workflow, None).await;
    let first = world.node().start();
    world.requests("/call", 1).await;
    first.abort().await;

    world.clock.advance(LEASE + Duration::from_secs(1));
    let second = world.node().start();
    let row = world.ended(id).await;
    second.stop().await;

    assert_eq!(row.status, ExecutionStatus::Succeeded, "{:?}", row.error);
    assert_eq!(world.state(workflow.id).await, [("runs".to_owned(), json!(1))]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_is_no_number_cannot_be_counted_up(#[case] db: Db) {
    let world = World::start(db).await;

    let row = world
        .outcome(
            "
steps:
  - { id: put, uses: state, with: { set: name, value: Ann } }
  - { id: count, uses: state, with: { increment: name }, retry: { max_attempts: 3, initial_interval: 2ms } }
",
        )
        .await;

    let error = row.error.as_ref().unwrap();
    assert_eq!((error.step.as_deref(), error.kind.as_str()), (Some("count"), "state"));
    assert!(error.message.contains("`name` holds a text"), "{}", error.message);
    assert_eq!(step(&row, "count").attempts, 1);
}

const ANSWERING: &str = r"
name: story
triggers: [{ webhook: { response: respond_step } }]
steps:
  - id: first
    uses: respond
    with: { status: 201, headers: { X-Seen: '${{ trigger.kind }}' }, body: { ok: true } }
  - { id: again, uses: respond, with: { body: too late } }
";

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn the_first_answer_to_a_request_holds(#[case] db: Db) {
    let world = World::start(db).await;
    let workflow = world.save(ANSWERING.to_owned()).await;
    let id = world.begin(&workflow, None).await;
    let node = world.node().start();

    let row = world.ended(id).await;
    node.stop().await;

    assert_eq!(row.status, ExecutionStatus::Succeeded, "{:?}", row.error);
    assert_eq!(step(&row, "again").status, StepStatus::Succeeded);
    let answer = world.store.answer_of(id).await.unwrap().unwrap();
    let headers = [("x-seen", "manual"), ("content-type", "application/json")];
    assert_eq!((answer.status, answer.body), (201, br#"{"ok":true}"#.to_vec()));
    assert_eq!(answer.headers, headers.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn an_answer_cannot_be_broken_out_of(#[case] db: Db) {
    let world = World::start(db).await;
    let yaml = r"
name: story
triggers: [{ webhook: { response: respond_step } }]
steps:
  - { id: first, uses: respond, with: { headers: { x-name: '${{ inputs.name }}' } } }
";
    let workflow = world.save(yaml.to_owned()).await;
    let id = world.begin(&workflow, Some(json!({ "name": "a\r\nset-cookie: b=c" }))).await;
    let node = world.node().start();

    let row = world.ended(id).await;
    node.stop().await;

    assert_eq!(row.error.unwrap().kind, "invalid_input");
    assert_eq!(world.store.answer_of(id).await.unwrap(), None);
}
