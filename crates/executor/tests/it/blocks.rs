//! `switch`, `try`, `loop`, and what all blocks have in common.

use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::journal::StepStatus;
use rstest::rstest;
use serde_json::json;

use crate::peer::Answer;
use crate::world::{World, statuses, step};

const DONE: StepStatus = StepStatus::Succeeded;

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn the_first_arm_that_holds_is_taken(#[case] db: Db) {
    let world = World::start(db).await;

    let row = world
        .outcome(
            r"
steps:
  - { id: value, uses: set, with: { amount: 15 } }
  - id: route
    switch:
      - { when: steps.value.output.amount > 100, steps: [{ id: a, uses: set, with: { size: huge } }] }
      - { when: steps.value.output.amount > 10, steps: [{ id: b, uses: set, with: { size: big } }] }
      - { default: true, steps: [{ id: c, uses: set, with: { size: small } }] }
  - id: nothing
    switch: [{ when: steps.value.output.amount > 100, steps: [{ id: d, uses: set, with: { a: 1 } }] }]
  - uses: return
    with: { size: '${{ steps.route.output.size }}', nothing: '${{ steps.nothing.output }}' }
",
        )
        .await;

    assert_eq!(row.output, Some(json!({ "size": "big", "nothing": null })), "{:?}", row.error);
    assert_eq!(statuses(&row)[1..4], [("route", DONE), ("route/1/b", DONE), ("nothing", DONE)]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_failure_is_caught_with_all_that_is_known_of_it(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/call", [Answer::status(503)]);

    let row = world
        .outcome(
            r"
steps:
  - id: guarded
    try:
      - id: call
        uses: http
        with: { method: POST, url: PEER/call }
        retry: { max_attempts: 2, initial_interval: 2ms }
    catch:
      - id: caught
        uses: set
        with: { error: '${{ error }}', before: '${{ steps.call.status }}' }
    finally:
      - { id: tidied, uses: set, with: { saw: '${{ steps.caught.output.before }}' } }
  - { uses: return, with: { caught: '${{ steps.guarded.output }}', tidied: '${{ steps.tidied.output.saw }}' } }
",
        )
        .await;

    let output = row.output.unwrap();
    assert_eq!(output["tidied"], "failed");
    assert_eq!(output["caught"]["before"], "failed");
    let error = &output["caught"]["error"];
    assert_eq!(
        (&error["step"], &error["kind"], &error["attempt"], &error["status"]),
        (&json!("guarded/try/call"), &json!("http_status"), &json!(2), &json!(503))
    );
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn finally_runs_where_the_execution_returns_and_where_the_catch_fails(#[case] db: Db) {
    let world = World::start(db).await;

    let returned = world
        .outcome(
            "
steps:
  - id: guarded
    try: [{ id: early, uses: return, with: { early: true } }]
    finally: [{ id: tidy, uses: http, with: { method: POST, url: PEER/tidy } }]
  - { id: late, uses: http, with: { method: POST, url: PEER/late } }
",
        )
        .await;
    let failed = world
        .outcome(
            "
steps:
  - id: guarded
    try: [{ id: bad, uses: fail, with: { message: one } }]
    catch: [{ id: worse, uses: fail, with: { message: two } }]
    finally: [{ id: tidy, uses: http, with: { method: POST, url: PEER/tidy } }]
",
        )
        .await;

    assert_eq!(
        (returned.status, returned.output),
        (ExecutionStatus::Succeeded, Some(json!({ "early": true })))
    );
    let error = failed.error.unwrap();
    assert_eq!((error.step.as_deref(), error.message.as_str()), (Some("guarded/catch/worse"), "two"));
    assert_eq!((world.peer.count("/tidy"), world.peer.count("/late")), (2, 0));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_loop_goes_round_until_its_condition_holds(#[case] db: Db) {
    let world = World::start(db).await;
    let pending = Answer::Json(200, json!({ "status": "pending" }));
    world.peer.answers("/job", [pending.clone(), pending, Answer::Json(200, json!({ "status": "done" }))]);

    let row = world
        .outcome(
            r"
steps:
  - id: poll
    loop: { until: steps.check.output.body.status == 'done', max_iterations: 5, every: 5ms }
    steps:
      - { id: check, uses: http, with: { url: PEER/job } }
      - { id: round, uses: set, with: { number: '${{ index }}' } }
  - { uses: return, with: { rounds: '${{ steps.poll.output.number }}', last: '${{ steps.check.output.body.status }}' } }
",
        )
        .await;

    assert_eq!(row.output, Some(json!({ "rounds": 2, "last": "done" })), "{:?}", row.error);
    assert_eq!(world.peer.count("/job"), 3);
    assert_eq!(step(&row, "poll/2/check").status, DONE);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_loop_that_never_comes_to_its_condition_fails(#[case] db: Db) {
    let world = World::start(db).await;

    let row = world
        .outcome(
            r"
steps:
  - id: poll
    loop: { until: index > 99, max_iterations: 3 }
    steps: [{ id: check, uses: set, with: { number: '${{ index }}' } }]
",
        )
        .await;

    let error = row.error.as_ref().unwrap();
    assert_eq!((error.step.as_deref(), error.kind.as_str()), (Some("poll"), "loop_exhausted"));
    assert!(error.message.contains("index > 99") && error.message.contains('3'), "{}", error.message);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_block_is_tried_again_as_a_whole_and_its_time_is_for_each_attempt(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/slow", [Answer::Never, Answer::Json(200, json!({ "n": 1 }))]);

    let row = world
        .outcome(
            r"
steps:
  - id: both
    timeout: 300ms
    retry: { max_attempts: 2, initial_interval: 2ms }
    parallel:
      quick: [{ id: quick, uses: http, with: { method: POST, url: PEER/quick } }]
      slow: [{ id: slow, uses: http, with: { method: POST, url: PEER/slow } }]
  - { uses: return, with: { n: '${{ steps.both.output.slow.body.n }}' } }
",
        )
        .await;

    assert_eq!(row.output, Some(json!({ "n": 1 })), "{:?}", row.error);
    let both = step(&row, "both");
    assert_eq!((both.status, both.attempts), (DONE, 2));
    assert_eq!(step(&row, "both/quick/quick").status, DONE);
    let slow = step(&row, "both/slow/slow");
    assert_eq!((slow.status, slow.error.as_ref().unwrap().kind.as_str()), (StepStatus::Cancelled, "timeout"));
    assert_eq!(step(&row, "both#2/slow/slow").status, DONE);
    let keys: Vec<_> = world.peer.seen_at("/slow").into_iter().map(|seen| seen.key.unwrap()).collect();
    assert_eq!(keys, [format!("{}:both/slow/slow", row.id), format!("{}:both#2/slow/slow", row.id)]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_block_may_be_skipped_and_may_fail_without_ending_the_execution(#[case] db: Db) {
    let world = World::start(db).await;

    let row = world
        .outcome(
            r"
steps:
  - id: skipped
    if: 1 > 2
    parallel: { a: [{ id: never, uses: fail, with: { message: no } }] }
  - id: failing
    continue_on_error: true
    parallel: { a: [{ id: bad, uses: fail, with: { message: no } }] }
  - uses: return
    with: { skipped: '${{ steps.skipped.status }}', failing: '${{ steps.failing.error.message }}' }
",
        )
        .await;

    assert_eq!(row.output, Some(json!({ "skipped": "skipped", "failing": "no" })), "{:?}", row.error);
}
