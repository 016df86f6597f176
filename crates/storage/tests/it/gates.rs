//! Gates: no more executions of one key are under way than their workflow says, and they take turns as they came.

use std::collections::HashSet;
use std::time::Duration;

use bellhop_storage::{
    CancelOutcome, CancelledBy, ClaimedExecution, Ending, FinishedExecution, Gate, Intake, NewExecution,
    NodeId, Store, SuspendedExecution, WorkflowRow,
};
use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::ExecutionId;
use futures::future::join_all;
use rstest::rstest;

use crate::support::{Fixture, NOON, execution, node};

const LEASE: Duration = Duration::from_secs(30);

fn gated(workflow: &WorkflowRow, key: &str, limit: u32) -> Intake {
    let gate = Some(Gate { key: key.to_owned(), limit });
    Intake { parsed: None, delivery: None, execution: Some(NewExecution { gate, ..execution(workflow) }) }
}

fn ids(claimed: &[ClaimedExecution]) -> Vec<ExecutionId> {
    claimed.iter().map(|execution| execution.id).collect()
}

async fn end(store: &Store, node: NodeId, id: ExecutionId, ending: Ending) {
    let end = FinishedExecution { id, records: Vec::new(), ending, finished_at: NOON };
    store.finish(node, end).await.unwrap();
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn those_over_the_limit_wait_and_take_turns_as_they_came(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (store, workflow, node) = (&fixture.store, fixture.workflow("won-deal").await, node());
    let mut came = Vec::new();
    for _ in 0..5 {
        came.push(fixture.accepted(gated(&workflow, "acme", 2)).await);
    }
    let other = fixture.accepted(gated(&workflow, "globex", 2)).await;

    assert_eq!(ids(&store.claim(node, 10, NOON, LEASE).await.unwrap()), [came[0], came[1], other]);
    assert_eq!(store.execution(came[2]).await.unwrap().unwrap().status, ExecutionStatus::Queued);

    // However it ends, the next one takes its turn.
    end(store, node, came[1], Ending::Succeeded(None)).await;
    assert_eq!(ids(&store.claim(node, 10, NOON, LEASE).await.unwrap()), [came[2]]);
    end(store, node, came[0], Ending::Succeeded(None)).await;
    assert_eq!(ids(&store.claim(node, 10, NOON, LEASE).await.unwrap()), [came[3]]);
    // The end of another key's makes no room here.
    end(store, node, other, Ending::Succeeded(None)).await;
    assert!(store.claim(node, 10, NOON, LEASE).await.unwrap().is_empty());
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn one_that_is_put_aside_or_left_behind_keeps_its_place(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (store, workflow, node) = (&fixture.store, fixture.workflow("won-deal").await, node());
    let first = fixture.accepted(gated(&workflow, "", 1)).await;
    let second = fixture.accepted(gated(&workflow, "", 1)).await;
    store.claim(node, 10, NOON, LEASE).await.unwrap();

    let pause = NOON.plus(Duration::from_mins(1));
    let aside = SuspendedExecution { id: first, records: Vec::new(), wake_at: Some(pause) };
    store.suspend(node, aside).await.unwrap();
    assert!(store.claim(node, 10, NOON, LEASE).await.unwrap().is_empty());

    // The node that goes on with it dies: its lease is taken back or runs out, and it is the same one again.
    assert_eq!(ids(&store.claim(node, 10, pause, LEASE).await.unwrap()), [first]);
    store.release_all_leases().await.unwrap();
    assert_eq!(ids(&store.claim(node, 10, pause, LEASE).await.unwrap()), [first]);
    let heir = crate::support::node();
    assert_eq!(ids(&store.claim(heir, 10, pause.plus(LEASE), LEASE).await.unwrap()), [first]);

    end(store, heir, first, Ending::Succeeded(None)).await;
    assert_eq!(ids(&store.claim(heir, 10, pause, LEASE).await.unwrap()), [second]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn where_some_are_cancelled_or_handed_back_the_others_keep_their_order(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (store, workflow, node) = (&fixture.store, fixture.workflow("won-deal").await, node());
    let mut came = Vec::new();
    for _ in 0..5 {
        came.push(fixture.accepted(gated(&workflow, "acme", 1)).await);
    }
    let next = async || ids(&store.claim(node, 10, NOON, LEASE).await.unwrap());
    let cancel = async |id| store.cancel(id, CancelledBy::Operator, NOON).await.unwrap();
    assert_eq!(next().await, [came[0]]);

    assert_eq!(cancel(came[1]).await, CancelOutcome::Cancelled, "as it waits for its turn");
    assert!(next().await.is_empty());
    store.hand_back(node, &[came[0]], NOON).await.unwrap();
    assert_eq!(next().await, [came[0]], "nobody has overtaken it");
    end(store, node, came[0], Ending::Succeeded(None)).await;
    assert_eq!(next().await, [came[2]]);

    let aside = SuspendedExecution { id: came[2], records: Vec::new(), wake_at: None };
    store.suspend(node, aside).await.unwrap();
    assert!(next().await.is_empty());
    assert_eq!(cancel(came[2]).await, CancelOutcome::Cancelled, "as it is put aside");
    assert_eq!(next().await, [came[3]]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn an_event_that_came_before_takes_no_turn(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (store, workflow, node) = (&fixture.store, fixture.workflow("won-deal").await, node());
    let twice = || {
        let mut intake = gated(&workflow, "", 1);
        intake.execution.as_mut().unwrap().dedup_key = Some("evt_1".to_owned());
        intake
    };
    let first = fixture.accepted(twice()).await;
    assert_eq!(store.record(twice()).await.unwrap(), bellhop_storage::Recorded::Duplicate);
    let second = fixture.accepted(gated(&workflow, "", 1)).await;

    assert_eq!(ids(&store.claim(node, 10, NOON, LEASE).await.unwrap()), [first]);
    end(store, node, first, Ending::Succeeded(None)).await;
    assert_eq!(ids(&store.claim(node, 10, NOON, LEASE).await.unwrap()), [second]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_limit_that_was_raised_or_lowered_holds_for_all_that_come_after(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (store, workflow, node) = (&fixture.store, fixture.workflow("won-deal").await, node());
    let mut came = Vec::new();
    for limit in [1, 1, 3, 3, 3] {
        came.push(fixture.accepted(gated(&workflow, "", limit)).await);
    }

    assert_eq!(ids(&store.claim(node, 10, NOON, LEASE).await.unwrap()), [came[0]]);
    end(store, node, came[0], Ending::Succeeded(None)).await;
    // None overtakes the second one, which is to run alone when it begins.
    assert_eq!(ids(&store.claim(node, 10, NOON, LEASE).await.unwrap()), [came[1]]);
    end(store, node, came[1], Ending::Succeeded(None)).await;
    assert_eq!(ids(&store.claim(node, 10, NOON, LEASE).await.unwrap()), came[2..]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_never_exceed_a_limit_and_forget_nobody(#[case] db: Db) {
    const LIMIT: usize = 3;
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let stores = match db {
        // Only one process opens a SQLite file.
        Db::Sqlite => [fixture.store.clone(), fixture.store.clone()],
        Db::Postgres => [fixture.store.clone(), fixture.another_store().await],
    };
    let recorded: HashSet<ExecutionId> = join_all((0..60).map(|number| {
        let store = stores[number % 2].clone();
        let intake = gated(&workflow, "", u32::try_from(LIMIT).unwrap());
        let id = intake.execution.as_ref().unwrap().id;
        async move {
            store.record(intake).await.unwrap();
            id
        }
    }))
    .await
    .into_iter()
    .collect();

    let under_way = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let total = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let ran = join_all((0..4).map(|number| {
        let (store, under_way, total) = (stores[number % 2].clone(), under_way.clone(), total.clone());
        let task = tokio::spawn(async move {
            let (node, mut mine) = (node(), Vec::new());
            while total.load(std::sync::atomic::Ordering::SeqCst) < 60 {
                for execution in store.claim(node, 2, NOON, LEASE).await.unwrap() {
                    let now = under_way.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
                    assert!(now <= LIMIT, "{now} under way");
                    mine.push(execution.id);
                }
                for id in mine.iter().rev().take(2) {
                    // Some of them ended in an earlier round.
                    let end = FinishedExecution {
                        id: *id,
                        records: Vec::new(),
                        ending: Ending::Succeeded(None),
                        finished_at: NOON,
                    };
                    if store.execution(*id).await.unwrap().unwrap().status == ExecutionStatus::Running {
                        under_way.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                        store.finish(node, end).await.unwrap();
                        total.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    }
                }
                tokio::task::yield_now().await;
            }
            mine
        });
        async { task.await.unwrap() }
    }))
    .await;

    let ran: Vec<ExecutionId> = ran.into_iter().flatten().collect();
    assert_eq!(ran.len(), 60);
    assert_eq!(ran.into_iter().collect::<HashSet<_>>(), recorded);
}
