//! What the history must not know.

use bellhop_testkit::database::Db;
use bellhop_workflow::journal::StepStatus;
use rstest::rstest;
use serde_json::json;

use crate::peer::Answer;
use crate::world::{TOKEN, World, step};

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn secrets_are_sent_but_not_written_down(#[case] db: Db) {
    let world = World::start(db).await;
    let echo = json!({ "you sent": format!("Bearer {TOKEN}") });
    world.peer.answers("/echo", [Answer::Json(200, echo)]);
    world.peer.answers("/refuse", [Answer::Json(400, json!({ "error": format!("{TOKEN} has expired") }))]);

    // Its author has written the token down, where it does not belong.
    let workflow = r#"
vars: { token: TOKEN }
steps:
  - id: call
    uses: http
    with: { method: POST, url: PEER/echo, auth: { credential: bearer }, json: { copy: '${{ vars.token }}' } }
  - { id: note, uses: log, with: { message: 'the token is ${{ vars.token }}' } }
  - { id: refused, uses: http, with: { method: POST, url: PEER/refuse }, continue_on_error: true }
  - id: mistaken
    uses: set
    with: { a: '${{ steps.call.output.missing ~ vars.token ~ "TOKEN" }}' }
    continue_on_error: true
  - { uses: return, with: { token: '${{ vars.token }}', echo: '${{ steps.call.output.body }}' } }
"#;
    let row = world.outcome(&workflow.replace("TOKEN", TOKEN)).await;

    let seen = &world.peer.seen_at("/echo")[0];
    assert_eq!(seen.authorization.as_deref(), Some(format!("Bearer {TOKEN}").as_str()));
    assert_eq!(seen.body, json!({ "copy": TOKEN }));

    assert_eq!(step(&row, "call").input.as_ref().unwrap()["json"], json!({ "copy": "[redacted]" }));
    assert_eq!(
        step(&row, "call").output.as_ref().unwrap()["body"],
        json!({ "you sent": "Bearer [redacted]" })
    );
    assert_eq!(step(&row, "note").logs[0].message, "the token is [redacted]");
    assert!(step(&row, "refused").error.as_ref().unwrap().message.contains("[redacted] has expired"));
    assert_eq!(step(&row, "mistaken").status, StepStatus::Failed);
    assert!(step(&row, "mistaken").error.as_ref().unwrap().message.contains("[redacted]"));
    assert_eq!(
        row.output,
        Some(json!({ "token": "[redacted]", "echo": { "you sent": "Bearer [redacted]" } }))
    );
    assert!(!format!("{row:?}").contains(TOKEN), "{row:?}");
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_secret_in_a_variables_error_is_not_written_down(#[case] db: Db) {
    let world = World::start(db).await;

    let row = world
        .outcome(
            &r#"
vars: { url: '${{ inputs.host ~ "TOKEN" }}' }
steps: [{ uses: set, with: { a: 1 } }]
"#
            .replace("TOKEN", TOKEN),
        )
        .await;

    let message = row.error.unwrap().message;
    assert!(message.contains("inputs.host") && message.contains("[redacted]"), "{message}");
    assert!(!message.contains(TOKEN), "{message}");
}
