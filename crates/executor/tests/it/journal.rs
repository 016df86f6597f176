//! Steps run one after another, and what an effect depends on is on disk before it is sent.

use std::sync::{Arc, Mutex};

use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::journal::StepStatus;
use rstest::rstest;
use serde_json::json;

use crate::peer::Answer;
use crate::world::{NOON, World, statuses, step};

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn steps_run_in_order_and_each_sees_the_ones_before(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/first", [Answer::Json(200, json!({ "number": 2 }))]);

    let row = world
        .outcome(
            r"
steps:
  - { id: one, uses: set, with: { number: 1 } }
  - id: first
    uses: http
    with: { method: POST, url: PEER/first, json: { number: '${{ steps.one.output.number }}' } }
  - { id: note, uses: log, with: { message: 'got ${{ steps.first.output.body.number }}' } }
  - id: second
    uses: http
    with: { method: POST, url: PEER/second, json: { number: '${{ steps.first.output.body.number + 1 }}' } }
",
        )
        .await;

    assert_eq!(row.status, ExecutionStatus::Succeeded, "{:?}", row.error);
    let done = StepStatus::Succeeded;
    assert_eq!(statuses(&row), [("one", done), ("first", done), ("note", done), ("second", done)]);
    let sent: Vec<_> = world.peer.seen().into_iter().map(|seen| (seen.path, seen.body)).collect();
    assert_eq!(
        sent,
        [("/first".to_owned(), json!({ "number": 1 })), ("/second".to_owned(), json!({ "number": 3 }))]
    );
    assert_eq!(step(&row, "note").logs[0].message, "got 2");
    let second = step(&row, "second");
    assert_eq!(second.attempts, 1);
    assert_eq!(second.input.as_ref().unwrap()["json"], json!({ "number": 3 }));
    assert_eq!(second.output.as_ref().unwrap()["status"], 200);
    assert_eq!((second.started_at, second.finished_at), (Some(NOON), Some(NOON)));
    assert_eq!((row.started_at, row.finished_at), (Some(NOON), Some(NOON)));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_an_effect_depends_on_is_durable_before_it_is_sent(#[case] db: Db) {
    let world = World::start(db).await;
    let id = world
        .run(
            "
steps:
  - { id: plan, uses: set, with: { a: 1 } }
  - { id: first, uses: http, with: { method: POST, url: PEER/first } }
  - { id: middle, uses: set, with: { b: 2 } }
  - { id: second, uses: http, with: { method: POST, url: PEER/second } }
",
        )
        .await;
    // Another process's connections: they see what is committed and nothing else.
    let witness = world.another_store().await;
    let journals = Arc::new(Mutex::new(Vec::new()));
    let look = {
        let journals = Arc::clone(&journals);
        Answer::after(move || {
            let (witness, journals) = (witness.clone(), Arc::clone(&journals));
            async move {
                let row = witness.execution(id).await.unwrap().unwrap();
                let steps = statuses(&row).into_iter().map(|(path, status)| (path.to_owned(), status));
                journals.lock().unwrap().push(steps.collect::<Vec<_>>());
            }
        })
    };
    world.peer.answers("/first", [look.clone()]);
    world.peer.answers("/second", [look]);

    let node = world.node().start();
    world.ended(id).await;
    node.stop().await;

    let named = |steps: &[(&str, StepStatus)]| -> Vec<_> {
        steps.iter().map(|(path, status)| ((*path).to_owned(), *status)).collect()
    };
    let (done, running) = (StepStatus::Succeeded, StepStatus::Running);
    assert_eq!(
        *journals.lock().unwrap(),
        [
            named(&[("plan", done), ("first", running)]),
            named(&[("plan", done), ("first", done), ("middle", done), ("second", running)]),
        ]
    );
}
