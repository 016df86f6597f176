//! Executions that somebody cancels.

use bellhop_storage::{CancelOutcome, CancelledBy, ExecutionFilter};
use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::StepStatus;
use bellhop_workflow::time::Clock as _;
use rstest::rstest;

use crate::peer::Answer;
use crate::wait::{eventually, until};
use crate::world::{LEASE, NEVER_RENEWED, World, statuses, step};

const BUSY: &str = "
on_failure:
  - { uses: http, with: { method: POST, url: PEER/on_failure } }
steps:
  - { id: before, uses: set, with: { a: 1 } }
  - id: guarded
    try:
      - id: both
        parallel:
          call: [{ id: call, uses: http, with: { method: POST, url: PEER/call } }]
          quick: [{ id: quick, uses: http, with: { method: POST, url: PEER/quick } }]
    finally:
      - { id: tidy, uses: http, with: { method: POST, url: PEER/tidy } }
  - { id: after, uses: http, with: { method: POST, url: PEER/after } }
";

impl World {
    async fn cancel(&self, id: ExecutionId) -> CancelOutcome {
        self.store.cancel(id, CancelledBy::Operator, self.clock.now()).await.unwrap()
    }

    async fn step_ended(&self, id: ExecutionId, path: &str) {
        eventually("a step's end", || async {
            let row = self.execution(id).await;
            row.steps.iter().any(|step| step.path == path && step.status.is_final()).then_some(())
        })
        .await;
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn one_that_runs_here_is_dropped_at_once_and_nothing_more_of_it_is_run(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/call", [Answer::Never]);
    let id = world.run(BUSY).await;
    let mut plan = world.node();
    // Only what this process says can be what the node hears.
    plan.lease = NEVER_RENEWED;
    let node = plan.start();
    world.requests("/call", 1).await;
    world.requests("/quick", 1).await;

    assert_eq!(world.cancel(id).await, CancelOutcome::Asked);

    let row = world.ended(id).await;
    until("the call to be gone", || world.peer.present() == 0).await;
    node.stop().await;
    assert_eq!(row.status, ExecutionStatus::Cancelled);
    let error = row.error.as_ref().unwrap();
    assert_eq!((error.kind.as_str(), error.message.as_str()), ("cancelled", "an operator has cancelled it"));
    assert_eq!(step(&row, "before").status, StepStatus::Succeeded);
    for path in ["guarded", "guarded/try/both", "guarded/try/both/call/call"] {
        let step = step(&row, path);
        assert_eq!(step.status, StepStatus::Cancelled, "{path}");
        assert_eq!(step.error.as_ref().unwrap().kind, "cancelled");
    }
    assert!(row.steps.iter().all(|step| step.status.is_final()), "{:?}", statuses(&row));
    for path in ["/on_failure", "/tidy", "/after"] {
        assert_eq!(world.peer.count(path), 0, "{path}");
    }
}

#[tokio::test]
async fn one_that_runs_on_another_node_is_dropped_as_its_lease_is_renewed() {
    let world = World::start(Db::Postgres).await;
    world.peer.answers("/call", [Answer::Never]);
    let id = world.run(BUSY).await;
    let mut plan = world.node();
    plan.store = world.another_store().await;
    let node = plan.start();
    world.requests("/call", 1).await;

    assert_eq!(world.cancel(id).await, CancelOutcome::Asked);

    assert_eq!(world.ended(id).await.status, ExecutionStatus::Cancelled);
    until("the call to be gone", || world.peer.present() == 0).await;
    node.stop().await;
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn one_whose_node_crashes_before_it_can_end_it_is_ended_by_the_next(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/call", [Answer::Never]);
    let id = world.run(BUSY).await;
    let first = world.node().start();
    world.requests("/call", 1).await;
    first.abort().await;

    assert_eq!(world.cancel(id).await, CancelOutcome::Asked);
    world.clock.advance(LEASE * 2);
    let second = world.node().start();
    let row = world.ended(id).await;
    second.stop().await;

    assert_eq!(row.status, ExecutionStatus::Cancelled);
    assert!(row.steps.iter().all(|step| step.status.is_final()), "{:?}", statuses(&row));
    assert_eq!(world.peer.count("/call"), 1, "it is not begun again");
    assert_eq!(world.peer.count("/on_failure"), 0);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_script_that_runs_is_stopped(#[case] db: Db) {
    let world = World::start(db).await;
    let script = "
steps:
  - id: both
    parallel:
      endless: [{ id: endless, uses: script, with: { code: 'while (true) {}' }, timeout: 10m }]
      call: [{ id: call, uses: http, with: { method: POST, url: PEER/call } }]
";
    let id = world.run(script).await;
    let node = world.node().start();
    world.requests("/call", 1).await;

    assert_eq!(world.cancel(id).await, CancelOutcome::Asked);

    let row = world.ended(id).await;
    assert_eq!(row.status, ExecutionStatus::Cancelled);
    // It waits for nothing that still runs.
    node.stop().await;
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_child_that_is_waited_for_ends_with_its_parent(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/child", [Answer::Never]);
    world.peer.answers("/beside", [Answer::Never]);
    let child = "steps: [{ id: call, uses: http, with: { method: POST, url: PEER/child } }]";
    let child = world.workflow(child).await;
    // The parent runs as well: one of its branches does.
    let parent = "
steps:
  - id: both
    parallel:
      sub: [{ id: sub, uses: workflow, with: { name: CHILD } }]
      call: [{ id: call, uses: http, with: { method: POST, url: PEER/beside } }]
";
    let id = world.run(&parent.replace("CHILD", child.name.as_str())).await;
    let node = world.node().start();
    world.requests("/child", 1).await;
    world.requests("/beside", 1).await;

    assert_eq!(world.cancel(id).await, CancelOutcome::Asked);

    assert_eq!(world.ended(id).await.status, ExecutionStatus::Cancelled);
    let all = world.store.executions(&ExecutionFilter::default(), None, 10).await.unwrap();
    let child = all.iter().find(|row| row.parent.is_some()).unwrap();
    let child = world.ended(child.id).await;
    node.stop().await;
    assert_eq!(child.status, ExecutionStatus::Cancelled);
    assert!(child.error.unwrap().message.contains(&id.to_string()));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn the_step_fails_whose_child_is_cancelled(#[case] db: Db) {
    let world = World::start(db).await;
    let child = world.workflow("steps: [{ id: approval, uses: wait_for }]").await;
    let parent = "
steps:
  - { id: sub, uses: workflow, with: { name: CHILD } }
";
    let id = world.run(&parent.replace("CHILD", child.name.as_str())).await;
    let node = world.node().start();
    world.stands(id, ExecutionStatus::Waiting).await;
    let all = world.store.executions(&ExecutionFilter::default(), None, 10).await.unwrap();
    let child = all.iter().find(|row| row.parent.is_some()).unwrap().id;
    world.stands(child, ExecutionStatus::Waiting).await;

    assert_eq!(world.cancel(child).await, CancelOutcome::Cancelled);

    let row = world.ended(id).await;
    node.stop().await;
    assert_eq!(row.status, ExecutionStatus::Failed);
    let error = row.error.unwrap();
    assert_eq!((error.step.as_deref(), error.kind.as_str()), (Some("sub"), "workflow_failed"));
    assert!(error.message.contains("cancelled"), "{}", error.message);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_had_ended_before_is_kept_and_what_was_masked_stays_so(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/secret", [Answer::Json(200, serde_json::json!({ "token": "hunter2" }))]);
    world.peer.answers("/call", [Answer::Never]);
    let masked = "
mask: [steps.first.output]
steps:
  - { id: first, uses: http, with: { url: PEER/secret } }
  - { id: call, uses: http, with: { method: POST, url: 'PEER/call', json: '${{ steps.first.output.body }}' } }
";
    let id = world.run(masked).await;
    let node = world.node().start();
    world.requests("/call", 1).await;
    world.step_ended(id, "first").await;

    world.cancel(id).await;

    let row = world.ended(id).await;
    node.stop().await;
    assert_eq!(statuses(&row), [("first", StepStatus::Succeeded), ("call", StepStatus::Cancelled)]);
    assert!(!world.journals().await.contains("hunter2"));
}
