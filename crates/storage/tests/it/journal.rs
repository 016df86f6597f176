//! What a node writes about an execution that it holds.

use std::time::Duration;

use bellhop_storage::{Ending, FinishedExecution, NodeId, SuspendedExecution, WriteError};
use bellhop_testkit::database::Db;
use bellhop_workflow::execution::{ExecutionError, ExecutionStatus};
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::StepStatus;
use futures::future::join_all;
use rstest::rstest;
use serde_json::json;

use crate::support::{Fixture, NOON, event, node, step};

async fn claimed(fixture: &Fixture, events: usize) -> (NodeId, Vec<ExecutionId>) {
    let workflow = fixture.workflow("won-deal").await;
    for number in 0..events {
        fixture.accepted(event(&workflow, &format!("evt_{number}"))).await;
    }
    let node = node();
    let claimed = fixture.store.claim(node, 100, NOON, Duration::from_secs(30)).await.unwrap();
    (node, claimed.into_iter().map(|execution| execution.id).collect())
}

fn finished(id: ExecutionId, ending: Ending) -> FinishedExecution {
    FinishedExecution { id, records: Vec::new(), ending, finished_at: NOON.plus(Duration::from_secs(5)) }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn each_step_shows_its_last_record(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (node, ids) = claimed(&fixture, 1).await;
    let (id, store) = (ids[0], &fixture.store);
    let mut last = step("big", StepStatus::Succeeded);
    last.output = Some(json!({ "text": "\u{0}", "list": [1, 2.5, null] }));

    store.append_journal(id, node, vec![step("lead", StepStatus::Running)]).await.unwrap();
    let more = vec![step("lead", StepStatus::Succeeded), step("big", StepStatus::Running)];
    store.append_journal(id, node, more).await.unwrap();
    store.append_journal(id, node, Vec::new()).await.unwrap();
    let ending = Ending::Succeeded(Some(json!({ "sent": true })));
    let end = FinishedExecution { records: vec![last.clone()], ..finished(id, ending) };
    store.finish(node, end).await.unwrap();

    let stored = store.execution(id).await.unwrap().unwrap();
    assert_eq!(stored.steps, [step("lead", StepStatus::Succeeded), last]);
    assert_eq!((stored.status, stored.output), (ExecutionStatus::Succeeded, Some(json!({ "sent": true }))));
    assert_eq!(
        (stored.started_at, stored.finished_at),
        (Some(NOON), Some(NOON.plus(Duration::from_secs(5))))
    );
}

/// The error of one that was cancelled.
fn wish() -> ExecutionError {
    ExecutionError {
        step: None,
        kind: "cancelled".to_owned(),
        message: "an operator has cancelled it".to_owned(),
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn an_execution_ends_in_one_of_three_ways(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (node, ids) = claimed(&fixture, 3).await;
    let error = ExecutionError {
        step: Some("lead".to_owned()),
        kind: "timeout".to_owned(),
        message: "no answer\u{0}".to_owned(),
    };

    // In one batch, which is one statement for all of them.
    let endings = [Ending::Succeeded(None), Ending::Failed(error.clone()), Ending::Cancelled(wish())];
    let ended = join_all(
        ids.iter().zip(endings).map(|(id, ending)| fixture.store.finish(node, finished(*id, ending))),
    )
    .await;

    assert!(ended.iter().all(Result::is_ok), "{ended:?}");
    let mut stored = Vec::new();
    for id in ids {
        stored.push(fixture.store.execution(id).await.unwrap().unwrap());
    }
    assert_eq!(
        stored.iter().map(|row| row.status).collect::<Vec<_>>(),
        [ExecutionStatus::Succeeded, ExecutionStatus::Failed, ExecutionStatus::Cancelled]
    );
    assert_eq!(
        stored.iter().map(|row| row.error.clone()).collect::<Vec<_>>(),
        [None, Some(error), Some(wish())]
    );
    assert!(stored.iter().all(|row| row.output.is_none()));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn who_does_not_hold_the_lease_writes_nothing(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (holder, ids) = claimed(&fixture, 1).await;
    let (id, stranger, store) = (ids[0], node(), &fixture.store);
    let records = || vec![step("lead", StepStatus::Failed)];

    // Beside the holder, in the same batch.
    let (appended, finish, suspended, held) = tokio::join!(
        store.append_journal(id, stranger, records()),
        store.finish(
            stranger,
            FinishedExecution { records: records(), ..finished(id, Ending::Cancelled(wish())) }
        ),
        store.suspend(stranger, SuspendedExecution { id, records: records(), wake_at: None }),
        store.append_journal(id, holder, vec![step("lead", StepStatus::Succeeded)]),
    );

    for refused in [appended, finish, suspended] {
        assert!(matches!(refused, Err(WriteError::LeaseLost)), "{refused:?}");
    }
    held.unwrap();
    let stored = store.execution(id).await.unwrap().unwrap();
    assert_eq!(stored.status, ExecutionStatus::Running);
    assert_eq!(stored.steps, [step("lead", StepStatus::Succeeded)]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn nothing_is_written_about_an_execution_that_has_ended(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (node, ids) = claimed(&fixture, 1).await;
    let (id, store) = (ids[0], &fixture.store);

    // The second is late within the same batch, the third in the next.
    let (first, second) = tokio::join!(
        store.finish(node, finished(id, Ending::Cancelled(wish()))),
        store.append_journal(id, node, vec![step("lead", StepStatus::Running)]),
    );
    let third = store.finish(node, finished(id, Ending::Succeeded(None))).await;

    first.unwrap();
    for late in [second, third] {
        assert!(matches!(late, Err(WriteError::LeaseLost)), "{late:?}");
    }
    let stored = store.execution(id).await.unwrap().unwrap();
    assert_eq!(stored.status, ExecutionStatus::Cancelled);
    assert!(stored.steps.is_empty());
    assert_eq!(store.renew_leases(node, &[id], NOON.plus(Duration::from_mins(1))).await.unwrap(), []);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn entries_of_one_batch_keep_their_order(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (node, ids) = claimed(&fixture, 2).await;
    let names: Vec<String> = (0..40).map(|number| format!("step_{number}")).collect();

    let appended = join_all(names.iter().enumerate().map(|(number, name)| {
        fixture.store.append_journal(ids[number % 2], node, vec![step(name, StepStatus::Skipped)])
    }))
    .await;

    assert!(appended.iter().all(Result::is_ok), "{appended:?}");
    for (offset, id) in ids.into_iter().enumerate() {
        let stored = fixture.store.execution(id).await.unwrap().unwrap();
        let paths: Vec<_> = stored.steps.into_iter().map(|step| step.path).collect();
        assert_eq!(paths, names.iter().skip(offset).step_by(2).cloned().collect::<Vec<_>>());
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn an_end_wakes_whoever_waits_for_it(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (holder, ids) = claimed(&fixture, 1).await;
    let (id, store) = (ids[0], &fixture.store);
    let mut signal = store.finished();

    store.append_journal(id, holder, vec![step("lead", StepStatus::Running)]).await.unwrap();
    store.finish(node(), finished(id, Ending::Cancelled(wish()))).await.unwrap_err();
    assert!(futures::poll!(Box::pin(signal.wait())).is_pending());

    store.finish(holder, finished(id, Ending::Cancelled(wish()))).await.unwrap();
    signal.wait().await;
}
