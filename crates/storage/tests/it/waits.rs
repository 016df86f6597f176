//! Waits for something outside, for a child, and for nothing any more.

use std::time::Duration;

use bellhop_storage::{
    Ending, FinishedExecution, NewExecution, NodeId, Parent, ResumeOutcome, Store, SuspendedExecution,
};
use bellhop_testkit::database::Db;
use bellhop_workflow::execution::{ExecutionError, ExecutionStatus};
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::{StepRecord, StepStatus};
use futures::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Fixture, NOON, event, execution, node, step};

const LEASE: Duration = Duration::from_secs(30);

async fn claimed(fixture: &Fixture) -> (NodeId, ExecutionId) {
    let workflow = fixture.workflow("won-deal").await;
    let id = fixture.accepted(event(&workflow, "evt_1")).await;
    let node = node();
    fixture.store.claim(node, 10, NOON, LEASE).await.unwrap();
    (node, id)
}

async fn suspend(store: &Store, node: NodeId, id: ExecutionId) {
    let aside = SuspendedExecution { id, records: Vec::new(), wake_at: None };
    store.suspend(node, aside).await.unwrap();
}

async fn finish(store: &Store, node: NodeId, id: ExecutionId, ending: Ending, records: Vec<StepRecord>) {
    store.finish(node, FinishedExecution { id, records, ending, finished_at: NOON }).await.unwrap();
}

async fn due(store: &Store, node: NodeId) -> Vec<ExecutionId> {
    store.claim(node, 10, NOON, LEASE).await.unwrap().into_iter().map(|execution| execution.id).collect()
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_call_resumes_one_that_is_put_aside_and_only_the_first(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (store, (node, id)) = (&fixture.store, claimed(&fixture).await);
    suspend(store, node, id).await;
    let mut work = store.work_available();

    let payload = json!({ "approved": true, "note": "\u{0}" });
    assert_eq!(store.resume(id, "ok", &payload, NOON).await.unwrap(), ResumeOutcome::Accepted);
    work.wait().await;
    assert_eq!(store.resume(id, "ok", &Value::Null, NOON).await.unwrap(), ResumeOutcome::AlreadyResumed);

    assert_eq!(due(store, node).await, [id]);
    assert_eq!(store.resumed(id, "ok").await.unwrap(), Some(payload));
    assert_eq!(store.resumed(id, "other").await.unwrap(), None);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_call_that_comes_early_is_kept(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (store, (node, id)) = (&fixture.store, claimed(&fixture).await);

    // The node has looked, found nothing, and is about to put the execution aside.
    assert_eq!(store.resume(id, "ok", &Value::Null, NOON).await.unwrap(), ResumeOutcome::Accepted);
    suspend(store, node, id).await;

    assert_eq!(due(store, node).await, [id]);
    assert_eq!(store.resumed(id, "ok").await.unwrap(), Some(Value::Null));
    // It has seen it now: the next time it is put aside, it waits.
    suspend(store, node, id).await;
    assert!(due(store, node).await.is_empty());
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_has_ended_or_never_was_is_not_resumed(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (store, (node, id)) = (&fixture.store, claimed(&fixture).await);
    finish(store, node, id, Ending::Succeeded(None), Vec::new()).await;

    assert_eq!(store.resume(id, "ok", &Value::Null, NOON).await.unwrap(), ResumeOutcome::Ended);
    let unknown = ExecutionId::generate(NOON);
    assert_eq!(store.resume(unknown, "ok", &Value::Null, NOON).await.unwrap(), ResumeOutcome::Unknown);
    assert_eq!(store.resumed(id, "ok").await.unwrap(), None);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_wait_is_either_resumed_or_expired(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (store, (_, id)) = (&fixture.store, claimed(&fixture).await);

    assert_eq!(store.expire_wait(id, "late", NOON).await.unwrap(), None);
    assert_eq!(store.resume(id, "late", &json!(1), NOON).await.unwrap(), ResumeOutcome::Expired);
    assert_eq!(store.expire_wait(id, "late", NOON).await.unwrap(), None, "asked again after a crash");
    assert_eq!(store.resumed(id, "late").await.unwrap(), None);

    assert_eq!(store.resume(id, "early", &json!(2), NOON).await.unwrap(), ResumeOutcome::Accepted);
    assert_eq!(store.expire_wait(id, "early", NOON).await.unwrap(), Some(json!(2)));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn no_wake_up_is_lost_however_a_call_meets_the_putting_aside(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let mut ids = Vec::new();
    for number in 0..40 {
        ids.push(fixture.accepted(event(&workflow, &format!("evt_{number}"))).await);
    }
    let node = node();
    assert_eq!(fixture.store.claim(node, 100, NOON, LEASE).await.unwrap().len(), 40);

    let calls = join_all(ids.iter().map(|id| {
        let (store, id) = (fixture.store.clone(), *id);
        let call = tokio::spawn(async move { store.resume(id, "ok", &json!(1), NOON).await.unwrap() });
        let store = fixture.store.clone();
        let aside = tokio::spawn(async move { suspend(&store, node, id).await });
        async {
            aside.await.unwrap();
            call.await.unwrap()
        }
    }))
    .await;

    assert!(calls.iter().all(|outcome| *outcome == ResumeOutcome::Accepted), "{calls:?}");
    let woken = fixture.store.claim(node, 100, NOON, LEASE).await.unwrap();
    assert_eq!(woken.into_iter().map(|execution| execution.id).collect::<Vec<_>>(), ids);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn the_end_of_a_child_wakes_its_parent_with_what_it_gave(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (store, (node, parent)) = (&fixture.store, claimed(&fixture).await);
    let workflow = fixture.workflow("enrich").await;
    let born = || NewExecution {
        parent: Some(Parent { execution: parent, path: "enrich/0".to_owned() }),
        dedup_key: Some(format!("{parent}:enrich/0")),
        ..execution(&workflow)
    };

    let child = store.start_child(born()).await.unwrap();
    assert_eq!(store.start_child(born()).await.unwrap(), child, "begun again after a crash");
    suspend(store, node, parent).await;
    let claimed = store.claim(node, 10, NOON, LEASE).await.unwrap();
    assert_eq!((claimed.len(), claimed[0].id), (1, child));
    assert_eq!(claimed[0].parent, Some(Parent { execution: parent, path: "enrich/0".to_owned() }));
    let state = store.child(parent, "enrich/0").await.unwrap().unwrap();
    assert_eq!((state.id, state.status, state.output), (child, ExecutionStatus::Running, Value::Null));

    let mut last = step("lead", StepStatus::Succeeded);
    last.output = Some(json!({ "name": "Acme" }));
    let mut inner = step("each/0/call", StepStatus::Succeeded);
    inner.output = Some(json!("inner"));
    let skipped = step("note", StepStatus::Skipped);
    finish(store, node, child, Ending::Succeeded(None), vec![last, inner, skipped]).await;

    assert_eq!(due(store, node).await, [parent]);
    let state = store.child(parent, "enrich/0").await.unwrap().unwrap();
    assert_eq!((state.status, state.output), (ExecutionStatus::Succeeded, json!({ "name": "Acme" })));
    assert_eq!(store.child(parent, "enrich/1").await.unwrap(), None);
    let shown = store.execution(child).await.unwrap().unwrap();
    assert_eq!(shown.parent.unwrap().execution, parent);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_child_that_ends_before_its_parent_is_put_aside_wakes_it_too(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (store, (node, parent)) = (&fixture.store, claimed(&fixture).await);
    let workflow = fixture.workflow("enrich").await;
    let child = store
        .start_child(NewExecution {
            parent: Some(Parent { execution: parent, path: "enrich".to_owned() }),
            dedup_key: Some(format!("{parent}:enrich")),
            ..execution(&workflow)
        })
        .await
        .unwrap();
    store.claim(node, 10, NOON, LEASE).await.unwrap();
    let error =
        ExecutionError { step: None, kind: "timeout".to_owned(), message: "took too long".to_owned() };

    // In one batch with the putting aside, or before it.
    let ((), ()) = tokio::join!(
        finish(store, node, child, Ending::Failed(error.clone()), Vec::new()),
        suspend(store, node, parent),
    );

    assert_eq!(due(store, node).await, [parent]);
    let state = store.child(parent, "enrich").await.unwrap().unwrap();
    assert_eq!((state.status, state.error), (ExecutionStatus::Failed, Some(error)));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn children_and_parents_that_end_on_two_nodes_at_once_lose_nothing(#[case] db: Db) {
    const PAIRS: usize = 30;
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let (one, other) = (node(), node());
    let stores = match db {
        Db::Sqlite => [fixture.store.clone(), fixture.store.clone()],
        Db::Postgres => [fixture.store.clone(), fixture.another_store().await],
    };
    let mut parents = Vec::new();
    for number in 0..PAIRS {
        parents.push(fixture.accepted(event(&workflow, &format!("evt_{number}"))).await);
    }
    stores[0].claim(one, 100, NOON, LEASE).await.unwrap();
    let mut children = Vec::new();
    for parent in &parents {
        let new = NewExecution {
            parent: Some(Parent { execution: *parent, path: "child".to_owned() }),
            dedup_key: Some(format!("{parent}:child")),
            ..execution(&workflow)
        };
        children.push(stores[0].start_child(new).await.unwrap());
    }
    assert_eq!(stores[1].claim(other, 100, NOON, LEASE).await.unwrap().len(), PAIRS);

    join_all(parents.iter().zip(&children).map(|(parent, child)| {
        let (parent, child, [first, second]) = (*parent, *child, stores.clone());
        let aside = tokio::spawn(async move { suspend(&first, one, parent).await });
        let end = tokio::spawn(async move {
            finish(&second, other, child, Ending::Succeeded(None), Vec::new()).await;
        });
        async {
            aside.await.unwrap();
            end.await.unwrap();
        }
    }))
    .await;

    let woken = stores[0].claim(one, 100, NOON, LEASE).await.unwrap();
    assert_eq!(woken.into_iter().map(|execution| execution.id).collect::<Vec<_>>(), parents);
}
