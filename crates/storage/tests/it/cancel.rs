//! Cancelling: at once where no node has the execution, by its node where one does, and never half.

use std::time::Duration;

use bellhop_storage::{
    CancelOutcome, CancelledBy, ClaimedExecution, Ending, ExecutionRow, FinishedExecution, Gate, HeldLease,
    Intake, NewExecution, NodeId, Parent, ResumeOutcome, Store, SuspendedExecution, WorkflowRow,
};
use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::{StepRecord, StepStatus};
use futures::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Fixture, NOON, event, execution, node, step};

const LEASE: Duration = Duration::from_secs(30);

async fn cancel(store: &Store, id: ExecutionId) -> CancelOutcome {
    store.cancel(id, CancelledBy::Operator, NOON).await.unwrap()
}

async fn shown(store: &Store, id: ExecutionId) -> ExecutionRow {
    store.execution(id).await.unwrap().unwrap()
}

fn ids(claimed: &[ClaimedExecution]) -> Vec<ExecutionId> {
    claimed.iter().map(|execution| execution.id).collect()
}

async fn aside(store: &Store, node: NodeId, id: ExecutionId, records: Vec<StepRecord>) {
    store.suspend(node, SuspendedExecution { id, records, wake_at: None }).await.unwrap();
}

fn child_step(path: &str, input: Value) -> StepRecord {
    StepRecord { uses: "workflow".to_owned(), input: Some(input), ..step(path, StepStatus::Waiting) }
}

async fn child(fixture: &Fixture, workflow: &WorkflowRow, parent: ExecutionId, path: &str) -> ExecutionId {
    let new = NewExecution {
        parent: Some(Parent { execution: parent, path: path.to_owned() }),
        dedup_key: Some(format!("{parent}:{path}")),
        ..execution(workflow)
    };
    fixture.store.start_child(new).await.unwrap()
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn one_that_no_node_has_ends_at_once_and_says_by_whom(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (store, workflow, node) = (&fixture.store, fixture.workflow("won-deal").await, node());
    let waiting = fixture.accepted(event(&workflow, "evt_1")).await;
    store.claim(node, 10, NOON, LEASE).await.unwrap();
    let done = step("lead", StepStatus::Succeeded);
    aside(store, node, waiting, vec![done.clone(), step("approval", StepStatus::Waiting)]).await;
    let queued = fixture.accepted(event(&workflow, "evt_2")).await;
    let mut watch = store.watch_execution(queued);
    let mut finished = store.finished();

    assert_eq!(cancel(store, queued).await, CancelOutcome::Cancelled);
    finished.wait().await;
    watch.wait().await;
    assert_eq!(cancel(store, waiting).await, CancelOutcome::Cancelled);

    for id in [queued, waiting] {
        let row = shown(store, id).await;
        assert_eq!((row.status, row.finished_at), (ExecutionStatus::Cancelled, Some(NOON)));
        let error = row.error.unwrap();
        assert_eq!((error.step, error.kind.as_str()), (None, "cancelled"));
        assert!(error.message.contains("operator"), "{}", error.message);
        let outcome = cancel(store, id).await;
        assert_eq!(outcome, CancelOutcome::Ended(ExecutionStatus::Cancelled), "again");
    }
    let steps = shown(store, waiting).await.steps;
    assert_eq!(steps[0], done);
    assert_eq!((steps[1].status, steps[1].finished_at), (StepStatus::Cancelled, Some(NOON)));
    assert_eq!(steps[1].error.as_ref().unwrap().kind, "cancelled");
    assert_eq!(store.claim(node, 10, NOON, LEASE).await.unwrap(), []);
    let late = store.resume(waiting, "approval", &Value::Null, NOON).await.unwrap();
    assert_eq!(late, ResumeOutcome::Ended);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_has_ended_or_never_was_is_not_cancelled(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (store, workflow, node) = (&fixture.store, fixture.workflow("won-deal").await, node());
    let id = fixture.accepted(event(&workflow, "evt_1")).await;
    store.claim(node, 10, NOON, LEASE).await.unwrap();
    let end =
        FinishedExecution { id, records: Vec::new(), ending: Ending::Succeeded(None), finished_at: NOON };
    store.finish(node, end).await.unwrap();

    assert_eq!(cancel(store, id).await, CancelOutcome::Ended(ExecutionStatus::Succeeded));
    assert_eq!(shown(store, id).await.status, ExecutionStatus::Succeeded);
    assert_eq!(cancel(store, ExecutionId::generate(NOON)).await, CancelOutcome::Unknown);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn whoever_runs_it_learns_of_it_with_its_lease_and_whoever_comes_next_as_it_claims(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (store, workflow, node) = (&fixture.store, fixture.workflow("won-deal").await, node());
    let id = fixture.accepted(event(&workflow, "evt_1")).await;
    store.claim(node, 10, NOON, LEASE).await.unwrap();
    let mut cancels = store.cancels();

    assert_eq!(cancel(store, id).await, CancelOutcome::Asked);
    cancels.wait().await;
    assert_eq!(cancel(store, id).await, CancelOutcome::Asked, "again");

    let reason = CancelledBy::Operator.to_string();
    let later = NOON.plus(LEASE);
    let held = store.renew_leases(node, &[id], later).await.unwrap();
    assert_eq!(held, [HeldLease { execution: id, cancel: Some(reason.clone()) }]);
    assert_eq!(shown(store, id).await.status, ExecutionStatus::Running);

    // It crashes before it can end it.
    let claimed = store.claim(crate::support::node(), 10, later, LEASE).await.unwrap();
    assert_eq!((ids(&claimed), claimed[0].cancel.clone()), (vec![id], Some(reason)));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn one_that_is_put_aside_after_it_was_asked_to_stop_is_due_at_once(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (store, workflow, node) = (&fixture.store, fixture.workflow("won-deal").await, node());
    let id = fixture.accepted(event(&workflow, "evt_1")).await;
    store.claim(node, 10, NOON, LEASE).await.unwrap();

    assert_eq!(cancel(store, id).await, CancelOutcome::Asked);
    aside(store, node, id, vec![step("approval", StepStatus::Waiting)]).await;

    let claimed = store.claim(node, 10, NOON, LEASE).await.unwrap();
    assert_eq!(ids(&claimed), [id]);
    assert!(claimed[0].cancel.is_some());
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_cancelled_one_gives_its_turn_to_the_next(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (store, workflow, node) = (&fixture.store, fixture.workflow("won-deal").await, node());
    let mut came = Vec::new();
    for limit in [1, 1, 1, 1] {
        let gate = Some(Gate { key: "acme".to_owned(), limit });
        let new = NewExecution { gate, ..execution(&workflow) };
        came.push(fixture.accepted(Intake { parsed: None, delivery: None, execution: Some(new) }).await);
    }
    let mut work = store.work_available();

    // One that waits for its turn, then the one that has it and has not begun, then one that is put aside.
    assert_eq!(cancel(store, came[1]).await, CancelOutcome::Cancelled);
    assert!(futures::poll!(Box::pin(work.wait())).is_pending(), "nobody's turn has come");
    assert_eq!(cancel(store, came[0]).await, CancelOutcome::Cancelled);
    work.wait().await;
    assert_eq!(ids(&store.claim(node, 10, NOON, LEASE).await.unwrap()), [came[2]]);
    aside(store, node, came[2], Vec::new()).await;
    assert_eq!(cancel(store, came[2]).await, CancelOutcome::Cancelled);
    assert_eq!(ids(&store.claim(node, 10, NOON, LEASE).await.unwrap()), [came[3]]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn children_that_are_waited_for_go_with_their_parent(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (store, workflow, node) = (&fixture.store, fixture.workflow("won-deal").await, node());
    let parent = fixture.accepted(event(&workflow, "evt_1")).await;
    store.claim(node, 10, NOON, LEASE).await.unwrap();
    let queued = child(&fixture, &workflow, parent, "queued").await;
    let left_alone = child(&fixture, &workflow, parent, "left_alone").await;
    let mut again = child_step("again", json!({ "name": "child" }));
    again.attempts = 2;
    let running = child(&fixture, &workflow, parent, "again#2").await;
    let records = vec![
        child_step("queued", json!({ "name": "child", "wait": true })),
        child_step("left_alone", json!({ "name": "child", "wait": false })),
        again,
    ];
    aside(store, node, parent, records).await;
    let claimed = store.claim(node, 10, NOON, LEASE).await.unwrap();
    assert_eq!(claimed.len(), 3);
    // A grandchild, two below.
    let grandchild = child(&fixture, &workflow, queued, "below").await;
    aside(store, node, queued, vec![child_step("below", json!({ "name": "child" }))]).await;

    assert_eq!(cancel(store, parent).await, CancelOutcome::Cancelled);

    for (id, status) in [
        (queued, ExecutionStatus::Cancelled),
        (grandchild, ExecutionStatus::Cancelled),
        (left_alone, ExecutionStatus::Running),
        (running, ExecutionStatus::Running),
    ] {
        assert_eq!(shown(store, id).await.status, status);
    }
    let why = shown(store, grandchild).await.error.unwrap().message;
    assert!(why.contains(&queued.to_string()), "{why}");
    let mut held = store.renew_leases(node, &[left_alone, running], NOON.plus(LEASE)).await.unwrap();
    held.sort_by_key(|lease| lease.execution != running);
    let reason = CancelledBy::Parent(parent).to_string();
    assert_eq!(held[0], HeldLease { execution: running, cancel: Some(reason) });
    assert_eq!(held[1].cancel, None);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn the_parent_of_a_cancelled_child_goes_on(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (store, workflow, node) = (&fixture.store, fixture.workflow("won-deal").await, node());
    let parent = fixture.accepted(event(&workflow, "evt_1")).await;
    store.claim(node, 10, NOON, LEASE).await.unwrap();
    let child = child(&fixture, &workflow, parent, "sub").await;
    aside(store, node, parent, vec![child_step("sub", json!({ "name": "child" }))]).await;

    assert_eq!(cancel(store, child).await, CancelOutcome::Cancelled);

    let claimed = store.claim(node, 10, NOON, LEASE).await.unwrap();
    assert_eq!((ids(&claimed), claimed[0].cancel.clone()), (vec![parent], None));
    assert_eq!(store.child(parent, "sub").await.unwrap().unwrap().status, ExecutionStatus::Cancelled);
}

/// Families that are cancelled while their children end, from two processes where the database lets it.
#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_wish_and_an_end_at_the_same_time_lose_nothing(#[case] db: Db) {
    const FAMILIES: usize = 30;
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let stores = match db {
        Db::Sqlite => [fixture.store.clone(), fixture.store.clone()],
        Db::Postgres => [fixture.store.clone(), fixture.another_store().await],
    };
    let node = node();
    let mut families = Vec::new();
    for number in 0..FAMILIES {
        families.push(fixture.accepted(event(&workflow, &format!("evt_{number}"))).await);
    }
    stores[0].claim(node, 100, NOON, LEASE).await.unwrap();
    let mut children = Vec::new();
    for parent in &families {
        children.push(child(&fixture, &workflow, *parent, "sub").await);
        aside(&stores[0], node, *parent, vec![child_step("sub", json!({ "name": "child" }))]).await;
    }
    assert_eq!(stores[0].claim(node, 100, NOON, LEASE).await.unwrap().len(), FAMILIES);

    join_all(families.iter().zip(&children).map(|(parent, child)| {
        let (parent, child, [first, second]) = (*parent, *child, stores.clone());
        let wish = tokio::spawn(async move { cancel(&first, parent).await });
        let end = FinishedExecution {
            id: child,
            records: Vec::new(),
            ending: Ending::Succeeded(None),
            finished_at: NOON,
        };
        let end = tokio::spawn(async move { second.finish(node, end).await.unwrap() });
        async {
            assert_eq!(wish.await.unwrap(), CancelOutcome::Cancelled);
            end.await.unwrap();
        }
    }))
    .await;

    for parent in families {
        assert_eq!(shown(&stores[0], parent).await.status, ExecutionStatus::Cancelled);
    }
    assert_eq!(stores[0].claim(node, 100, NOON, LEASE).await.unwrap(), [], "nobody is woken");
}
