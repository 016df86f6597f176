//! Executions that repeat others from somewhere in the middle: nothing that ended well is done again.

use bellhop_storage::{CancelledBy, ExecutionRow, WorkflowRow};
use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::StepStatus;
use bellhop_workflow::parse;
use bellhop_workflow::rerun::{Point, RerunError, take_over};
use bellhop_workflow::time::Clock as _;
use rstest::rstest;
use serde_json::json;

use crate::peer::Answer;
use crate::world::{NoEvents, World, step};

impl World {
    /// Runs a workflow to its end.
    async fn first(&self, body: &str) -> (WorkflowRow, ExecutionRow) {
        let workflow = self.workflow(body).await;
        let id = self.begin(&workflow, None).await;
        (workflow, self.to_its_end(id).await)
    }

    async fn to_its_end(&self, id: ExecutionId) -> ExecutionRow {
        let node = self.node().start();
        let row = self.ended(id).await;
        node.stop().await;
        row
    }

    /// Repeats an execution from there.
    async fn again(&self, workflow: &WorkflowRow, old: &ExecutionRow, point: Point<'_>) -> ExecutionRow {
        let yaml = self.store.workflow_version(workflow.id, workflow.version).await.unwrap().unwrap().yaml;
        let parsed = parse(&yaml, &NoEvents).unwrap().workflow;
        let steps = take_over(&parsed, &old.steps, point).unwrap();
        let id = self
            .begin_with(workflow, |new| {
                (new.retry_of, new.attempt, new.steps) = (Some(old.id), old.attempt + 1, steps);
            })
            .await;
        self.to_its_end(id).await
    }

    fn counts(&self, paths: &[&str]) -> Vec<usize> {
        paths.iter().map(|path| self.peer.count(path)).collect()
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn from_the_failure_on_with_what_was_there_before(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/first", [Answer::Json(200, json!({ "n": 7 }))]);
    world.peer.answers("/second", [Answer::status(404), Answer::status(200)]);
    let (workflow, failed) = world
        .first(
            "
steps:
  - { id: first, uses: http, with: { url: PEER/first } }
  - { id: second, uses: http, with: { method: POST, url: PEER/second } }
  - { uses: return, with: '${{ steps.first.output.body.n }}' }
",
        )
        .await;
    assert_eq!(failed.status, ExecutionStatus::Failed);

    let row = world.again(&workflow, &failed, Point::Failed).await;

    assert_eq!((row.status, row.output.clone()), (ExecutionStatus::Succeeded, Some(json!(7))));
    assert_eq!((row.retry_of, row.attempt), (Some(failed.id), 2));
    assert_eq!(world.counts(&["/first", "/second"]), [1, 2]);
    assert_eq!(step(&row, "first"), step(&failed, "first"));
    let keys: Vec<_> = world.peer.seen().into_iter().filter_map(|seen| seen.key).collect();
    let second: Vec<_> = keys.iter().filter(|key| key.ends_with(":second")).collect();
    assert_ne!(second[0], second[1], "it is another call, not the same one again");
    assert_eq!(world.execution(failed.id).await, failed, "the old one stays as it was");

    let row = world.again(&workflow, &row, Point::Step("first")).await;
    assert_eq!(row.status, ExecutionStatus::Succeeded);
    assert_eq!(world.counts(&["/first", "/second"]), [2, 3]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn in_blocks_what_ended_well_beside_the_failure_is_kept(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/b2", [Answer::status(404), Answer::status(200)]);
    world.peer.answers("/item1", [Answer::status(404), Answer::status(200)]);
    let source = "
steps:
  - { id: before, uses: http, with: { method: POST, url: PEER/before } }
  - id: both
    parallel:
      a: [{ id: a1, uses: http, with: { method: POST, url: PEER/a1 } }]
      b:
        - { id: b1, uses: http, with: { method: POST, url: PEER/b1 } }
        - { id: b2, uses: http, with: { method: POST, url: PEER/b2 } }
      c:
        - id: each
          for_each: '${{ [0, 1, 2] }}'
          concurrency: 3
          steps:
            - { id: call, uses: http, with: { method: POST, url: 'PEER/item${{ index }}' } }
  - { uses: return, with: '${{ steps.both.output.c | length }}' }
";
    let all = ["/before", "/a1", "/b1", "/b2", "/item0", "/item1", "/item2"];
    let (workflow, failed) = world.first(source).await;
    assert_eq!(failed.status, ExecutionStatus::Failed);
    assert_eq!(world.counts(&all), [1, 1, 1, 1, 1, 1, 1]);

    let row = world.again(&workflow, &failed, Point::Failed).await;

    assert_eq!((row.status, row.output), (ExecutionStatus::Succeeded, Some(json!(3))), "{:?}", row.error);
    assert_eq!(world.counts(&all), [1, 1, 1, 2, 1, 2, 1]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_loop_goes_on_at_its_iteration_and_a_block_at_its_first_attempt(#[case] db: Db) {
    let world = World::start(db).await;
    let poll = [Answer::status(200), Answer::status(404), Answer::status(404), Answer::status(200)];
    world.peer.answers("/poll", poll);
    let source = "
steps:
  - id: again
    retry: { max_attempts: 2, initial_interval: 2ms }
    loop: { until: index == 2, max_iterations: 5 }
    steps:
      - { id: note, uses: http, with: { method: POST, url: 'PEER/note${{ index }}' } }
      - { id: poll, uses: http, with: { method: POST, url: PEER/poll } }
";
    // The first attempt fails in its second iteration, the second in its first.
    let (workflow, failed) = world.first(source).await;
    assert_eq!(failed.status, ExecutionStatus::Failed);
    assert_eq!(step(&failed, "again#2/0/poll").status, StepStatus::Failed);
    assert_eq!(world.counts(&["/note0", "/note1", "/note2", "/poll"]), [2, 1, 0, 3]);

    let row = world.again(&workflow, &failed, Point::Failed).await;

    assert_eq!(row.status, ExecutionStatus::Succeeded, "{:?}", row.error);
    assert_eq!(world.counts(&["/note0", "/note1", "/note2", "/poll"]), [2, 2, 1, 6]);
    assert_eq!(step(&row, "again").attempts, 1);
    assert!(row.steps.iter().all(|step| !step.path.contains('#')), "{:?}", row.steps);

    // From one iteration of several, which has to be named.
    let yaml = world.store.workflow_version(workflow.id, workflow.version).await.unwrap().unwrap().yaml;
    let parsed = parse(&yaml, &NoEvents).unwrap().workflow;
    let several = take_over(&parsed, &row.steps, Point::Step("poll")).unwrap_err();
    assert!(matches!(&several, RerunError::Ambiguous { paths, .. } if paths.len() == 3), "{several}");
    let row = world.again(&workflow, &row, Point::Step("again/1/poll")).await;
    assert_eq!(row.status, ExecutionStatus::Succeeded, "{:?}", row.error);
    assert_eq!(world.counts(&["/note0", "/note1", "/note2", "/poll"]), [2, 2, 2, 8]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_catch_that_failed_goes_on_in_the_catch(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/charge", [Answer::status(404), Answer::status(200)]);
    world.peer.answers("/tell", [Answer::status(404), Answer::status(200)]);
    let source = "
steps:
  - id: guarded
    try:
      - { id: charge, uses: http, with: { method: POST, url: PEER/charge } }
    catch:
      - { id: note, uses: http, with: { method: POST, url: PEER/note } }
      - { id: tell, uses: http, with: { method: POST, url: PEER/tell, json: { why: '${{ error.kind }}' } } }
    finally:
      - { id: tidy, uses: http, with: { method: POST, url: PEER/tidy } }
";
    let paths = ["/charge", "/note", "/tell", "/tidy"];
    let (workflow, failed) = world.first(source).await;
    assert_eq!(failed.error.as_ref().unwrap().step.as_deref(), Some("guarded/catch/tell"));

    let row = world.again(&workflow, &failed, Point::Failed).await;
    assert_eq!(row.status, ExecutionStatus::Succeeded, "{:?}", row.error);
    assert_eq!(world.counts(&paths), [1, 1, 2, 2]);
    assert_eq!(world.peer.seen().last().unwrap().path, "/tidy");

    // From the step in `try`: then the `catch` is not needed any more.
    let row = world.again(&workflow, &row, Point::Step("charge")).await;
    assert_eq!(row.status, ExecutionStatus::Succeeded, "{:?}", row.error);
    assert_eq!(world.counts(&paths), [2, 1, 2, 3]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_cancelled_one_goes_on_where_it_was_and_its_blocks_have_their_whole_time(#[case] db: Db) {
    let world = World::start(db).await;
    let source = "
steps:
  - id: both
    timeout: 1h
    parallel:
      a:
        - { id: first, uses: http, with: { method: POST, url: PEER/first } }
        - { id: approval, uses: wait_for }
";
    let workflow = world.workflow(source).await;
    let id = world.begin(&workflow, None).await;
    let node = world.node().start();
    world.stands(id, ExecutionStatus::Waiting).await;
    world.store.cancel(id, CancelledBy::Operator, world.clock.now()).await.unwrap();
    let cancelled = world.ended(id).await;
    node.stop().await;
    world.clock.advance(std::time::Duration::from_hours(5));

    let yaml = world.store.workflow_version(workflow.id, workflow.version).await.unwrap().unwrap().yaml;
    let parsed = parse(&yaml, &NoEvents).unwrap().workflow;
    let steps = take_over(&parsed, &cancelled.steps, Point::Failed).unwrap();
    let again = world.begin_with(&workflow, |new| new.steps = steps).await;
    let node = world.node().start();
    let row = world.stands(again, ExecutionStatus::Waiting).await;
    assert_eq!(step(&row, "both").started_at, step(&cancelled, "both").started_at);
    world.store.resume(again, "both/a/approval", &json!("yes"), world.clock.now()).await.unwrap();
    let row = world.ended(again).await;
    node.stop().await;

    assert_eq!(row.status, ExecutionStatus::Succeeded, "{:?}", row.error);
    assert_eq!(world.counts(&["/first"]), [1]);
}
