//! What a workflow masks is never in the history, and the execution goes on with it all the same.

use std::time::Duration;

use bellhop_testkit::database::Db;
use bellhop_workflow::conceal::conceal;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::model::FieldPath;
use rstest::rstest;
use serde_json::json;

use crate::peer::Answer;
use crate::world::{World, step};

const PHONE: &str = "+49 30 901820";
const PASSWORD: &str = "correct horse";

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn masked_fields_are_used_and_not_shown(#[case] db: Db) {
    let world = World::start(db).await;
    let lead = json!({ "name": "Acme", "phones": [{ "phone": PHONE }] });
    world.peer.answers("/lead", [Answer::Json(200, lead)]);
    world.peer.answers("/call", [Answer::Json(200, json!({ "echo": format!("calling {PHONE}") }))]);
    let workflow = world
        .workflow(
            r"
mask: [steps.lead.output.body.phones, inputs.password, steps.kept.output]
steps:
  - { id: lead, uses: http, with: { url: PEER/lead } }
  - { id: kept, uses: state, with: { set: phone, value: '${{ steps.lead.output.body.phones[0].phone }}' } }
  - { id: nap, uses: sleep, with: { for: 2h } }
  - id: call
    uses: http
    with:
      method: POST
      url: PEER/call
      json: { phone: '${{ steps.kept.output }}', first: '${{ steps.lead.output.body.phones[0].phone }}', password: '${{ inputs.password }}' }
  - { id: note, uses: log, with: { message: 'called ${{ steps.lead.output.body.phones[0].phone }}' } }
  - { uses: return, with: { name: '${{ steps.lead.output.body.name }}', echo: '${{ steps.call.output.body.echo }}' } }
",
        )
        .await;
    // As whoever records an execution does.
    let mut inputs = json!({ "password": PASSWORD, "user": "ann" });
    let paths = [FieldPath(vec!["inputs".to_owned(), "password".to_owned()])];
    let concealed = conceal(&paths, None, Some(&mut inputs)).unwrap();
    let id = world
        .begin_with(&workflow, |new| {
            let plain = serde_json::to_vec(&concealed).unwrap();
            let sealed = world.master_key.seal(&format!("execution:{}", new.id), &plain).unwrap();
            new.sealed = Some(sealed.into_bytes());
            new.inputs = Some(inputs);
        })
        .await;
    let first = world.node().start();
    world.stands(id, ExecutionStatus::Waiting).await;
    first.stop().await;
    world.clock.advance(Duration::from_hours(2));
    let second = world.node().start();
    let row = world.ended(id).await;
    second.stop().await;

    assert_eq!(row.status, ExecutionStatus::Succeeded, "{:?}", row.error);
    let sent = world.peer.seen_at("/call")[0].body.clone();
    assert_eq!(sent, json!({ "phone": PHONE, "first": PHONE, "password": PASSWORD }));
    let mut shown = row.clone();
    for step in &mut shown.steps {
        step.sealed = None;
    }
    let shown = format!("{shown:?}");
    assert!(!shown.contains(PHONE) && !shown.contains(PASSWORD), "{shown}");
    assert_eq!(
        step(&row, "lead").output.as_ref().unwrap()["body"],
        json!({ "name": "Acme", "phones": "[masked]" })
    );
    assert_eq!(step(&row, "kept").output, Some(json!("[masked]")));
    assert_eq!(step(&row, "note").logs[0].message, "called [masked]");
    assert_eq!(row.output, Some(json!({ "name": "Acme", "echo": "calling [masked]" })));
    assert!(!world.journals().await.contains(PHONE), "it is in an earlier record");
}
