//! How executions end: `outputs`, `on_failure`, and the time that is left for it.

use std::time::Duration;

use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::journal::StepStatus;
use rstest::rstest;
use serde_json::json;

use crate::peer::Answer;
use crate::world::{LEASE, World, statuses, step};

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn outputs_are_what_the_execution_gives(#[case] db: Db) {
    let world = World::start(db).await;

    let row = world
        .outcome(
            r"
steps:
  - { id: a, uses: set, with: { n: 20 } }
outputs: { n: '${{ steps.a.output.n + 1 }}', fixed: 5 }
",
        )
        .await;

    assert_eq!(row.output, Some(json!({ "n": 21, "fixed": 5 })), "{:?}", row.error);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn outputs_without_a_value_fail_the_execution(#[case] db: Db) {
    let world = World::start(db).await;

    let row = world
        .outcome(
            r"
steps:
  - { id: a, uses: set, with: { n: 20 } }
outputs: { n: '${{ steps.a.output.m }}' }
on_failure: [{ id: tell, uses: log, with: { message: '${{ error.message }}' } }]
",
        )
        .await;

    let error = row.error.as_ref().unwrap();
    assert_eq!(
        (row.status, &error.step, error.kind.as_str()),
        (ExecutionStatus::Failed, &None, "expression")
    );
    assert!(
        error.message.contains("outputs") && error.message.contains("steps.a.output.m"),
        "{}",
        error.message
    );
    assert_eq!(step(&row, "on_failure/tell").logs[0].message, error.message);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn on_failure_knows_what_failed_and_what_ran_before(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/bad", [Answer::status(418)]);
    world.peer.answers("/tell", [Answer::status(400)]);

    let row = world
        .outcome(
            r"
vars: { channel: sales }
steps:
  - { id: before, uses: set, with: { name: Acme } }
  - id: guarded
    try: [{ id: bad, uses: http, with: { method: POST, url: PEER/bad } }]
    finally: [{ id: tidy, uses: set, with: { tidied: true } }]
on_failure:
  - id: tell
    uses: http
    with:
      method: POST
      url: PEER/tell
      json:
        error: ${{ error }}
        name: ${{ steps.before.output.name }}
        tidied: ${{ steps.tidy.output.tidied }}
        channel: ${{ vars.channel }}
  - { id: never, uses: http, with: { method: POST, url: PEER/never } }
",
        )
        .await;

    let error = row.error.as_ref().unwrap();
    assert_eq!((error.step.as_deref(), error.kind.as_str()), (Some("guarded/try/bad"), "http_status"));
    let told = &world.peer.seen_at("/tell")[0].body;
    assert_eq!(
        (&told["name"], &told["tidied"], &told["channel"]),
        (&json!("Acme"), &json!(true), &json!("sales"))
    );
    let told = &told["error"];
    assert_eq!(
        (&told["step"], &told["status"], &told["attempt"]),
        (&json!("guarded/try/bad"), &json!(418), &json!(1))
    );
    // Its own failure is in its record, and nowhere else.
    assert_eq!(step(&row, "on_failure/tell").error.as_ref().unwrap().status, Some(400));
    assert_eq!(world.peer.count("/never"), 0);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn on_failure_has_a_minute_when_the_executions_time_is_up(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/tell", [Answer::Never, Answer::status(200)]);
    let id = world
        .run(
            "
timeout: 1h
steps: [{ id: nap, uses: sleep, with: { for: 5h } }]
on_failure:
  - { id: tell, uses: http, with: { method: POST, url: PEER/tell } }
  - { id: long, uses: sleep, with: { for: 5h } }
  - { id: never, uses: http, with: { method: POST, url: PEER/never } }
",
        )
        .await;
    let first = world.node().start();
    world.stands(id, ExecutionStatus::Waiting).await;
    world.clock.advance(Duration::from_hours(1));
    // A crash in the middle of it: the next node goes on with it, not with the steps.
    world.requests("/tell", 1).await;
    first.abort().await;
    world.clock.advance(LEASE * 2);
    let second = world.node().start();
    world.stands(id, ExecutionStatus::Waiting).await;
    world.clock.advance(Duration::from_mins(1));
    let row = world.ended(id).await;
    second.stop().await;

    assert_eq!((row.status, row.error.as_ref().unwrap().kind.as_str()), (ExecutionStatus::Failed, "timeout"));
    assert_eq!(
        statuses(&row),
        [
            ("nap", StepStatus::Cancelled),
            ("on_failure/tell", StepStatus::Succeeded),
            ("on_failure/long", StepStatus::Cancelled)
        ]
    );
    assert_eq!((world.peer.count("/tell"), world.peer.count("/never")), (2, 0));
}
