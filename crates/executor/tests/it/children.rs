//! Workflows that run other workflows.

use bellhop_storage::{ExecutionFilter, ExecutionRow};
use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::StepStatus;
use rstest::rstest;
use serde_json::json;

use crate::peer::Answer;
use crate::world::{LEASE, World, step};

const CHILD: &str = r"
name: child
triggers: [{ manual: { inputs: { amount: { type: integer, required: true }, currency: { type: string, default: EUR } } } }]
steps:
  - { id: call, uses: http, with: { method: POST, url: PEER/child } }
  - { uses: return, with: { double: '${{ inputs.amount * 2 }}', currency: '${{ inputs.currency }}' } }
";

impl World {
    /// Stores the child and a parent that names it `CHILD`, and starts the parent.
    async fn family(&self, child: &str, parent: &str) -> ExecutionId {
        let child = self.save(child.replace("PEER", &self.peer.url())).await;
        self.run(&parent.replace("CHILD", child.name.as_str())).await
    }

    async fn children(&self, parent: ExecutionId) -> Vec<ExecutionRow> {
        let rows = self.store.executions(&ExecutionFilter::default(), None, 100).await.unwrap();
        rows.into_iter().filter(|row| row.parent.as_ref().is_some_and(|of| of.execution == parent)).collect()
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn the_output_of_a_child_is_the_steps(#[case] db: Db) {
    let world = World::start(db).await;
    let parent = r"
steps:
  - { id: sub, uses: workflow, with: { name: CHILD, inputs: { amount: 21 } } }
  - { uses: return, with: '${{ steps.sub.output }}' }
";
    let id = world.family(CHILD, parent).await;
    let mut plan = world.node();
    // The parent leaves the only slot to its child.
    plan.concurrency = 1;
    let node = plan.start();

    let row = world.ended(id).await;
    node.stop().await;

    assert_eq!(row.output, Some(json!({ "double": 42, "currency": "EUR" })), "{:?}", row.error);
    let children = world.children(id).await;
    assert_eq!((children.len(), children[0].trigger_kind.as_str()), (1, "workflow"));
    assert_eq!(children[0].parent.as_ref().unwrap().path, "sub");
    assert_eq!(world.peer.count("/child"), 1);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_parent_that_does_not_wait_has_the_childs_id(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/child", [Answer::Held]);
    let parent =
        "steps: [{ id: sub, uses: workflow, with: { name: CHILD, inputs: { amount: 1 }, wait: false } }]";
    let id = world.family(CHILD, parent).await;
    let node = world.node().start();

    let row = world.ended(id).await;
    world.requests("/child", 1).await;
    let children = world.children(id).await;
    assert_eq!(step(&row, "sub").output, Some(json!({ "execution_id": children[0].id })));
    assert_eq!(children[0].status, ExecutionStatus::Running);
    world.peer.release();
    assert_eq!(world.ended(children[0].id).await.status, ExecutionStatus::Succeeded);
    node.stop().await;
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn the_failure_of_a_child_is_the_steps_and_another_attempt_is_another_child(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/child", [Answer::status(404), Answer::status(200)]);
    let parent = r"
steps:
  - id: first
    uses: workflow
    with: { name: CHILD, inputs: { amount: 1 } }
    retry: { max_attempts: 2, initial_interval: 2ms }
  - { uses: return, with: { double: '${{ steps.first.output.double }}' } }
";
    let id = world.family(CHILD, parent).await;
    let node = world.node().start();

    let row = world.ended(id).await;
    node.stop().await;

    assert_eq!(row.output, Some(json!({ "double": 2 })), "{:?}", row.error);
    assert_eq!(step(&row, "first").attempts, 2);
    let mut ended: Vec<_> = world.children(id).await.into_iter().map(|child| child.status).collect();
    ended.reverse();
    assert_eq!(ended, [ExecutionStatus::Failed, ExecutionStatus::Succeeded]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_child_that_cannot_be_started_fails_the_step_and_says_why(#[case] db: Db) {
    let world = World::start(db).await;
    let by_webhook = "name: child\ntriggers: [{ webhook: {} }]\nsteps: [{ uses: set, with: { a: 1 } }]";
    for (child, inputs, why) in [
        (CHILD, "{ amount: many }", "amount"),
        (CHILD, "{}", "amount"),
        (CHILD, "{ amount: 1, colour: red }", "colour"),
        (by_webhook, "{}", "manual"),
    ] {
        let parent =
            format!("steps: [{{ id: sub, uses: workflow, with: {{ name: CHILD, inputs: {inputs} }} }}]");
        let id = world.family(child, &parent).await;
        let node = world.node().start();
        let error = world.ended(id).await.error.unwrap();
        node.stop().await;
        assert_eq!((error.step.as_deref(), error.kind.as_str()), (Some("sub"), "invalid_input"));
        assert!(error.message.contains(why), "{}", error.message);
        assert!(world.children(id).await.is_empty());
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_workflow_that_runs_itself_comes_to_an_end(#[case] db: Db) {
    let world = World::start(db).await;
    // The first workflow of a story is called so.
    let id = world.run("steps: [{ id: again, uses: workflow, with: { name: story-0 } }]").await;
    let node = world.node().start();

    let row = world.ended(id).await;
    node.stop().await;

    assert_eq!(row.error.unwrap().kind, "workflow_failed");
    let all = world.store.executions(&ExecutionFilter::default(), None, 100).await.unwrap();
    assert_eq!(all.len(), 16);
    let deepest = world.execution(all[0].id).await;
    assert_eq!(deepest.error.unwrap().kind, "workflow_depth");
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_child_is_started_once_whatever_crashes(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/child", [Answer::Held]);
    let parent = "
steps:
  - id: both
    parallel:
      a: [{ id: sub, uses: workflow, with: { name: CHILD, inputs: { amount: 1 } } }]
      b: [{ id: busy, uses: http, with: { method: POST, url: PEER/busy } }]
";
    world.peer.answers("/busy", [Answer::Never, Answer::status(200)]);
    let id = world.family(CHILD, parent).await;
    let first = world.node().start();
    world.requests("/child", 1).await;
    world.requests("/busy", 1).await;
    first.abort().await;

    world.clock.advance(LEASE * 2);
    world.peer.release();
    let second = world.node().start();
    let row = world.ended(id).await;
    second.stop().await;

    assert_eq!(row.status, ExecutionStatus::Succeeded, "{:?}", row.error);
    assert_eq!(step(&row, "both/a/sub").status, StepStatus::Succeeded);
    assert_eq!(world.children(id).await.len(), 1);
}
