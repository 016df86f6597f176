//! Control blocks, from the file to the history.

use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::journal::StepStatus;
use rstest::rstest;
use serde_json::json;

use crate::peer::Answer;
use crate::wait::until;
use crate::world::{World, statuses, step};

const DONE: StepStatus = StepStatus::Succeeded;

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn branches_run_at_the_same_time_and_their_outputs_are_a_map(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/crm", [Answer::Held]);
    world.peer.answers("/score", [Answer::Held]);
    let id = world
        .run(
            r"
steps:
  - { id: plan, uses: set, with: { a: 1 } }
  - id: enrich
    parallel:
      crm:
        - { id: lookup, uses: http, with: { method: POST, url: PEER/crm } }
        - { id: name, uses: set, with: { name: Acme, plan: '${{ steps.plan.output.a }}' } }
      score:
        - { id: rate, uses: http, with: { method: POST, url: PEER/score } }
        - { id: number, uses: set, with: { score: 7 } }
  - uses: return
    with: { name: '${{ steps.enrich.output.crm.name }}', score: '${{ steps.enrich.output.score.score }}' }
",
        )
        .await;
    let node = world.node().start();
    until("both requests at once", || world.peer.present() == 2).await;
    world.peer.release();

    let row = world.ended(id).await;
    node.stop().await;

    assert_eq!(row.output, Some(json!({ "name": "Acme", "score": 7 })), "{:?}", row.error);
    let enrich = step(&row, "enrich");
    assert_eq!((enrich.uses.as_str(), enrich.status, enrich.attempts), ("parallel", DONE, 1));
    assert_eq!(step(&row, "enrich/crm/lookup").id.as_str(), "lookup");
    assert_eq!(step(&row, "enrich/score/number").output, Some(json!({ "score": 7 })));
    let key = world.peer.seen_at("/crm")[0].key.clone();
    assert_eq!(key, Some(format!("{id}:enrich/crm/lookup")));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_branch_that_fails_leaves_the_others_to_their_ends(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/bad", [Answer::status(404)]);
    world.peer.answers("/worse", [Answer::status(403)]);

    let row = world
        .outcome(
            "
steps:
  - id: both
    parallel:
      one: [{ id: good, uses: http, with: { method: POST, url: PEER/good } }]
      two: [{ id: bad, uses: http, with: { method: POST, url: PEER/bad } }]
      three: [{ id: worse, uses: http, with: { method: POST, url: PEER/worse } }]
  - { id: late, uses: http, with: { method: POST, url: PEER/late } }
",
        )
        .await;

    let error = row.error.as_ref().unwrap();
    assert_eq!((error.step.as_deref(), error.kind.as_str()), (Some("both/two/bad"), "http_status"));
    assert_eq!(step(&row, "both/one/good").status, DONE);
    assert_eq!(step(&row, "both").error.as_ref().unwrap().status, Some(404));
    assert_eq!(world.peer.count("/late"), 0);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn for_each_item_the_steps_run_some_at_once_and_the_outputs_keep_the_order(#[case] db: Db) {
    let world = World::start(db).await;
    for path in ["/0", "/1", "/2", "/3"] {
        world.peer.answers(path, [Answer::Held]);
    }
    let id = world
        .run(
            r"
steps:
  - { id: list, uses: set, with: { people: [Ann, Bob, Cid, Dee] } }
  - id: each
    for_each: steps.list.output.people
    as: person
    concurrency: 2
    steps:
      - { id: call, uses: http, with: { method: POST, url: 'PEER/${{ index }}', json: '${{ person }}' } }
      - { id: greet, uses: set, with: { text: 'hello ${{ person }}' } }
  - { uses: return, with: { texts: '${{ steps.each.output }}' } }
",
        )
        .await;
    let node = world.node().start();
    until("two requests at once", || world.peer.present() == 2).await;
    world.peer.release();

    let row = world.ended(id).await;
    node.stop().await;

    let texts = ["Ann", "Bob", "Cid", "Dee"].map(|name| json!({ "text": format!("hello {name}") }));
    assert_eq!(row.output, Some(json!({ "texts": texts })), "{:?}", row.error);
    assert_eq!(world.peer.peak(), 2, "as many at once as may be");
    assert_eq!(step(&row, "each/3/call").input.as_ref().unwrap()["json"], "Dee");
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn after_an_item_has_failed_no_new_ones_begin(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/1", [Answer::status(400)]);

    let row = world
        .outcome(
            r"
steps:
  - id: each
    for_each: '[0, 1, 2]'
    steps: [{ id: call, uses: http, with: { method: POST, url: 'PEER/${{ item }}' } }]
",
        )
        .await;

    assert_eq!(row.error.as_ref().unwrap().step.as_deref(), Some("each/1/call"));
    assert_eq!(["/0", "/1", "/2"].map(|path| world.peer.count(path)), [1, 1, 0]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_for_each_takes_is_a_list(#[case] db: Db) {
    let world = World::start(db).await;

    let row = world
        .outcome(
            "
steps:
  - { id: text, uses: set, with: { name: Ann } }
  - id: each
    for_each: steps.text.output.name
    steps: [{ uses: log, with: { message: hello } }]
",
        )
        .await;

    let error = row.error.as_ref().unwrap();
    assert_eq!((error.step.as_deref(), error.kind.as_str()), (Some("each"), "invalid_input"));
    assert!(error.message.contains("is a text"), "{}", error.message);
}

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

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_had_ended_in_a_branch_is_kept_when_the_node_is_gone(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/2", [Answer::Never, Answer::status(200)]);
    let id = world
        .run(
            r"
steps:
  - id: each
    for_each: '[1, 2, 3]'
    concurrency: 3
    steps:
      - { id: first, uses: http, with: { method: POST, url: 'PEER/${{ item }}' } }
      - { id: second, uses: http, with: { method: POST, url: 'PEER/second/${{ item }}' } }
",
        )
        .await;
    let first = world.node().start();
    world.requests("/second/1", 1).await;
    world.requests("/second/3", 1).await;
    world.requests("/2", 1).await;
    first.abort().await;

    world.clock.advance(crate::world::LEASE * 2);
    let second = world.node().start();
    let row = world.ended(id).await;
    second.stop().await;

    assert_eq!(row.status, ExecutionStatus::Succeeded, "{:?}", row.error);
    assert_eq!(["/1", "/2", "/3"].map(|path| world.peer.count(path)), [1, 2, 1]);
    let keys: Vec<_> = world.peer.seen_at("/2").into_iter().map(|seen| seen.key).collect();
    assert_eq!(keys[0], keys[1]);
}
