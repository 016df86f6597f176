//! Steps that wait: for an instant, for a call, for another workflow. What waits holds a row and no slot.

use std::time::Duration;

use bellhop_storage::ResumeOutcome;
use bellhop_testkit::database::Db;
use bellhop_vault::ResumeTokens;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::StepStatus;
use rstest::rstest;
use serde_json::{Value, json};

use crate::world::{NOON, PUBLIC_URL, World, step};

const HOUR: Duration = Duration::from_hours(1);

impl World {
    async fn resume(&self, id: ExecutionId, path: &str, payload: Value) -> ResumeOutcome {
        self.store.resume(id, path, &payload, bellhop_workflow::time::Clock::now(&*self.clock)).await.unwrap()
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_long_sleep_holds_a_row_and_ends_by_the_clock(#[case] db: Db) {
    let world = World::start(db).await;
    let id = world
        .run(
            r"
steps:
  - { id: before, uses: http, with: { method: POST, url: PEER/before } }
  - { id: nap, uses: sleep, with: { for: 2h } }
  - { id: instant, uses: sleep, with: { until: '${{ now() }}' } }
  - { id: after, uses: set, with: { now: '${{ now() }}' } }
",
        )
        .await;
    let first = world.node().start();
    let row = world.stands(id, ExecutionStatus::Waiting).await;
    let nap = step(&row, "nap");
    assert_eq!((nap.status, nap.wakes_at), (StepStatus::Waiting, Some(NOON.plus(HOUR * 2))));
    first.stop().await;

    world.clock.advance(HOUR * 2);
    let second = world.node().start();
    let row = world.ended(id).await;
    second.stop().await;

    assert_eq!(row.status, ExecutionStatus::Succeeded, "{:?}", row.error);
    let nap = step(&row, "nap");
    assert_eq!((nap.started_at, nap.finished_at), (Some(NOON), Some(NOON.plus(HOUR * 2))));
    assert_eq!(step(&row, "after").output.as_ref().unwrap()["now"], NOON.plus(HOUR * 2).to_string());
    assert_eq!(world.peer.count("/before"), 1);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_short_sleep_is_over_soon(#[case] db: Db) {
    let world = World::start(db).await;

    let row = world.outcome("steps: [{ id: nap, uses: sleep, with: { for: 20ms } }]").await;

    assert_eq!((row.status, step(&row, "nap").status), (ExecutionStatus::Succeeded, StepStatus::Succeeded));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn branches_that_sleep_go_on_one_after_another(#[case] db: Db) {
    let world = World::start(db).await;
    let id = world
        .run(
            "
steps:
  - id: both
    parallel:
      long:
        - { id: day, uses: sleep, with: { for: 24h } }
        - { id: after_a_day, uses: http, with: { method: POST, url: PEER/day } }
      short:
        - { id: hour, uses: sleep, with: { for: 1h } }
        - { id: after_an_hour, uses: http, with: { method: POST, url: PEER/hour } }
",
        )
        .await;
    let node = world.node().start();
    world.stands(id, ExecutionStatus::Waiting).await;

    world.clock.advance(HOUR);
    world.requests("/hour", 1).await;
    let row = world.stands(id, ExecutionStatus::Waiting).await;
    assert_eq!(step(&row, "both/long/day").status, StepStatus::Waiting);
    world.clock.advance(HOUR * 23);
    let row = world.ended(id).await;
    node.stop().await;

    assert_eq!(row.status, ExecutionStatus::Succeeded, "{:?}", row.error);
    assert_eq!((world.peer.count("/hour"), world.peer.count("/day")), (1, 1));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_call_to_its_url_lets_a_step_go_on_with_what_was_posted(#[case] db: Db) {
    let world = World::start(db).await;
    let id = world
        .run(
            r"
steps:
  - { id: ask, uses: http, with: { method: POST, url: PEER/ask, json: '${{ execution.resume_urls.approval }}' } }
  - { id: approval, uses: wait_for }
  - { uses: return, with: { by: '${{ steps.approval.output.by }}' } }
",
        )
        .await;
    let node = world.node().start();
    let row = world.stands(id, ExecutionStatus::Waiting).await;
    assert_eq!(step(&row, "approval").status, StepStatus::Waiting);
    let url = world.peer.seen_at("/ask")[0].body.as_str().unwrap().to_owned();
    let token = url.strip_prefix(&format!("{PUBLIC_URL}/resume/")).unwrap();
    let (execution, path) = ResumeTokens::new(&world.master_key).read(token).unwrap();
    assert_eq!((execution, path.as_str()), (id.as_uuid(), "approval"));

    assert_eq!(world.resume(id, &path, json!({ "by": "Ann" })).await, ResumeOutcome::Accepted);
    let row = world.ended(id).await;
    node.stop().await;

    assert_eq!(row.output, Some(json!({ "by": "Ann" })), "{:?}", row.error);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_call_that_comes_early_is_kept_for_its_step(#[case] db: Db) {
    let world = World::start(db).await;
    let id = world.run("steps: [{ id: approval, uses: wait_for }]").await;
    assert_eq!(world.resume(id, "approval", json!("yes")).await, ResumeOutcome::Accepted);
    let node = world.node().start();

    let row = world.ended(id).await;
    node.stop().await;

    assert_eq!(step(&row, "approval").output, Some(json!("yes")));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn each_item_has_a_url_of_its_own(#[case] db: Db) {
    let world = World::start(db).await;
    let id = world
        .run(
            r"
steps:
  - id: each
    for_each: '[1, 2]'
    concurrency: 2
    steps:
      - { id: ask, uses: http, with: { method: POST, url: PEER/ask, json: '${{ execution.resume_urls.approval }}' } }
      - { id: approval, uses: wait_for }
",
        )
        .await;
    let node = world.node().start();
    world.stands(id, ExecutionStatus::Waiting).await;
    let tokens = ResumeTokens::new(&world.master_key);
    let mut paths: Vec<String> = world
        .peer
        .seen_at("/ask")
        .into_iter()
        .map(|seen| {
            let url = seen.body.as_str().unwrap().to_owned();
            tokens.read(url.rsplit('/').next().unwrap()).unwrap().1
        })
        .collect();
    paths.sort();
    assert_eq!(paths, ["each/0/approval", "each/1/approval"]);

    for path in paths {
        assert_eq!(world.resume(id, &path, json!(path)).await, ResumeOutcome::Accepted);
    }
    let row = world.ended(id).await;
    node.stop().await;

    assert_eq!(step(&row, "each").output, Some(json!(["each/0/approval", "each/1/approval"])));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_wait_that_nobody_ends_fails_when_its_time_is_up(#[case] db: Db) {
    let world = World::start(db).await;
    let id = world.run("steps: [{ id: approval, uses: wait_for, timeout: 1h }]").await;
    let node = world.node().start();
    let row = world.stands(id, ExecutionStatus::Waiting).await;
    assert_eq!(step(&row, "approval").wakes_at, Some(NOON.plus(HOUR)));

    world.clock.advance(HOUR);
    let row = world.ended(id).await;
    node.stop().await;

    let error = row.error.unwrap();
    assert_eq!((error.step.as_deref(), error.kind.as_str()), (Some("approval"), "timeout"));
    assert_eq!(world.resume(id, "approval", json!(1)).await, ResumeOutcome::Ended);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_loop_pauses_between_its_iterations(#[case] db: Db) {
    let world = World::start(db).await;
    let id = world
        .run(
            "
steps:
  - id: poll
    loop: { until: index == 2, every: 1h }
    steps: [{ id: check, uses: http, with: { method: POST, url: PEER/check } }]
",
        )
        .await;
    let node = world.node().start();
    for round in 1..=2 {
        world.requests("/check", round).await;
        world.stands(id, ExecutionStatus::Waiting).await;
        assert_eq!(world.peer.count("/check"), round);
        world.clock.advance(HOUR);
    }

    let row = world.ended(id).await;
    node.stop().await;

    assert_eq!((row.status, world.peer.count("/check")), (ExecutionStatus::Succeeded, 3));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_blocks_time_is_up_while_it_waits(#[case] db: Db) {
    let world = World::start(db).await;
    let id = world
        .run(
            "
steps:
  - id: both
    timeout: 1h
    parallel:
      a: [{ id: approval, uses: wait_for }]
      b: [{ id: nap, uses: sleep, with: { for: 48h } }]
",
        )
        .await;
    let node = world.node().start();
    world.stands(id, ExecutionStatus::Waiting).await;
    assert_eq!(world.store.next_due().await.unwrap(), Some(NOON.plus(HOUR)));

    world.clock.advance(HOUR);
    let row = world.ended(id).await;
    node.stop().await;

    let error = row.error.as_ref().unwrap();
    assert_eq!((error.step.as_deref(), error.kind.as_str()), (Some("both"), "timeout"));
    let statuses = ["both/a/approval", "both/b/nap"].map(|path| step(&row, path).status);
    assert_eq!(statuses, [StepStatus::Cancelled; 2]);
}
