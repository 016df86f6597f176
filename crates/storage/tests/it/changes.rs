//! Whoever listens hears of every commit that changes an execution, and finds what has changed.

use std::time::Duration;

use bellhop_storage::{
    CancelledBy, Ending, FinishedExecution, Intake, NewExecution, News, Store, SuspendedExecution,
};
use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::StepStatus;
use rstest::rstest;

use crate::support::{Fixture, NOON, execution, id_at, node, step};

const MINUTE: Duration = Duration::from_mins(1);

async fn standing(store: &Store, id: ExecutionId) -> (ExecutionStatus, i64) {
    let standing = store.standings(&[id]).await.unwrap().pop().unwrap();
    assert_eq!((standing.id, standing.workflow.as_str()), (id, "greet"));
    (standing.status, standing.entry)
}

async fn recorded(fixture: &Fixture, execution: NewExecution) -> ExecutionId {
    fixture.accepted(Intake { parsed: None, delivery: None, execution: Some(execution) }).await
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn every_turn_of_an_execution_is_told(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let store = &fixture.store;
    let workflow = fixture.workflow("greet").await;
    let mut feed = store.changes(None);
    assert_eq!(feed.is_shared(), matches!(db, Db::Postgres));
    let id = recorded(&fixture, execution(&workflow)).await;
    let told = News::Changed(vec![id]);
    assert_eq!(feed.next().await, told);
    assert_eq!(standing(store, id).await, (ExecutionStatus::Queued, 0));

    let node = node();
    store.claim(node, 1, NOON, MINUTE).await.unwrap();
    assert_eq!(feed.next().await, told);
    assert_eq!(standing(store, id).await, (ExecutionStatus::Running, 0));

    store.append_journal(id, node, vec![step("first", StepStatus::Succeeded)]).await.unwrap();
    assert_eq!(feed.next().await, told);
    let aside = vec![step("call", StepStatus::Waiting)];
    store.suspend(node, SuspendedExecution { id, records: aside, wake_at: None }).await.unwrap();
    assert_eq!(feed.next().await, told);
    assert_eq!(standing(store, id).await, (ExecutionStatus::Waiting, 2));

    store.cancel(id, CancelledBy::Operator, NOON).await.unwrap();
    assert_eq!(feed.next().await, told);
    assert_eq!(standing(store, id).await, (ExecutionStatus::Cancelled, 3));

    let entries = store.journal_after(id, 1).await.unwrap();
    let found: Vec<_> =
        entries.iter().map(|it| (it.number, it.records[0].path.as_str(), it.records[0].status)).collect();
    assert_eq!(found, [(2, "call", StepStatus::Waiting), (3, "call", StepStatus::Cancelled)]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn whoever_follows_one_hears_of_no_other(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("greet").await;
    let (one, other) =
        (recorded(&fixture, execution(&workflow)).await, recorded(&fixture, execution(&workflow)).await);
    let mut feed = fixture.store.changes(Some(other));
    for id in [one, other] {
        fixture.store.cancel(id, CancelledBy::Operator, NOON).await.unwrap();
    }
    assert_eq!(feed.next().await, News::Changed(vec![other]));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_has_changed_since_is_found(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let store = &fixture.store;
    let workflow = fixture.workflow("greet").await;
    let at = |minutes: u32| NOON.minus(MINUTE * minutes);
    let mut ids = Vec::new();
    for minutes in [5, 4, 3] {
        let id = ExecutionId::from_uuid(id_at(at(minutes)));
        ids.push(
            recorded(&fixture, NewExecution { id, created_at: at(minutes), ..execution(&workflow) }).await,
        );
    }
    let node = node();
    store.claim(node, 2, NOON, MINUTE).await.unwrap();
    for (id, minutes) in [(ids[0], 2), (ids[1], 1)] {
        let finished_at = at(minutes);
        let end = FinishedExecution { id, records: Vec::new(), ending: Ending::Succeeded(None), finished_at };
        store.finish(node, end).await.unwrap();
    }

    assert_eq!(store.changed_since(None, at(2)).await.unwrap(), (ids.clone(), None));
    assert_eq!(store.changed_since(None, at(1)).await.unwrap(), (vec![ids[1], ids[2]], None));
    assert_eq!(store.changed_since(Some(ids[1]), at(1)).await.unwrap(), (vec![ids[2]], None));
    assert_eq!(store.unfinished_after(None, 10).await.unwrap(), [ids[2]]);
    assert_eq!(store.unfinished_after(Some(ids[2]), 10).await.unwrap(), []);
    assert_eq!(store.recorded_since(at(4)).await.unwrap(), [ids[1], ids[2]]);
    let listed = store.listed_execution(ids[0]).await.unwrap().unwrap();
    assert_eq!((listed.id, listed.status, listed.steps.len()), (ids[0], ExecutionStatus::Succeeded, 0));
    assert_eq!(store.listed_execution(ExecutionId::from_uuid(id_at(NOON))).await.unwrap(), None);
}
