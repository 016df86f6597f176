//! `parallel` and `for_each`: branches and items side by side.

use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::journal::StepStatus;
use rstest::rstest;
use serde_json::json;

use crate::peer::Answer;
use crate::wait::until;
use crate::world::{LEASE, World, step};

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

    world.clock.advance(LEASE * 2);
    let second = world.node().start();
    let row = world.ended(id).await;
    second.stop().await;

    assert_eq!(row.status, ExecutionStatus::Succeeded, "{:?}", row.error);
    assert_eq!(["/1", "/2", "/3"].map(|path| world.peer.count(path)), [1, 2, 1]);
    let keys: Vec<_> = world.peer.seen_at("/2").into_iter().map(|seen| seen.key).collect();
    assert_eq!(keys[0], keys[1]);
}
