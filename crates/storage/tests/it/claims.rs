//! Claims and leases: who runs an execution, and until when.

use std::collections::HashSet;
use std::time::Duration;

use bellhop_storage::{HeldLease, SuspendedExecution, WriteError};
use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::StepStatus;
use futures::future::join_all;
use rstest::rstest;
use serde_json::json;

use crate::support::{Fixture, NOON, event, node, step};

const LEASE: Duration = Duration::from_secs(30);
const SECOND: Duration = Duration::from_secs(1);

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn the_oldest_are_claimed_first_and_with_all_they_need(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let mut ids = Vec::new();
    for number in 0..3 {
        ids.push(fixture.accepted(event(&workflow, &format!("evt_{number}"))).await);
    }

    let claimed = fixture.store.claim(node(), 2, NOON, LEASE).await.unwrap();

    assert_eq!(claimed.iter().map(|execution| execution.id).collect::<Vec<_>>(), ids[..2]);
    let first = &claimed[0];
    assert_eq!((first.workflow_id, first.version), (workflow.id, workflow.version));
    assert_eq!((first.attempt, first.started_at), (1, NOON));
    assert_eq!(first.event.as_ref().unwrap().data(), &json!({ "name": "Acme" }));
    assert!(first.steps.is_empty());
    assert_eq!(fixture.store.execution(ids[0]).await.unwrap().unwrap().status, ExecutionStatus::Running);
    assert_eq!(fixture.store.execution(ids[2]).await.unwrap().unwrap().status, ExecutionStatus::Queued);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn no_execution_is_given_to_two_nodes(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let ids: HashSet<ExecutionId> =
        join_all((0..200).map(|number| fixture.accepted(event(&workflow, &format!("evt_{number}")))))
            .await
            .into_iter()
            .collect();
    let stores = [fixture.store.clone(), fixture.another_store().await];

    let claimed: Vec<Vec<ExecutionId>> = join_all((0..4).map(|number| {
        let store = stores[number % 2].clone();
        let task = tokio::spawn(async move {
            let (node, mut mine) = (node(), Vec::new());
            // A look that finds nothing may only have met with rows that another node was about to take.
            let mut empty = 0;
            while empty < 20 {
                let claimed = store.claim(node, 7, NOON, LEASE).await.unwrap();
                empty = if claimed.is_empty() { empty + 1 } else { 0 };
                mine.extend(claimed.into_iter().map(|execution| execution.id));
            }
            mine
        });
        async { task.await.unwrap() }
    }))
    .await;

    assert_eq!(claimed.iter().map(Vec::len).sum::<usize>(), ids.len());
    assert_eq!(claimed.into_iter().flatten().collect::<HashSet<_>>(), ids);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn an_expired_lease_is_taken_over_with_the_journal(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let id = fixture.accepted(event(&workflow, "evt_1")).await;
    let (slow, other) = (node(), node());
    fixture.store.claim(slow, 10, NOON, LEASE).await.unwrap();
    fixture.store.append_journal(id, slow, vec![step("lead", StepStatus::Running)]).await.unwrap();

    let before = fixture.store.claim(other, 10, NOON.plus(LEASE).minus(SECOND), LEASE).await.unwrap();
    let after = fixture.store.claim(other, 10, NOON.plus(LEASE), LEASE).await.unwrap();

    assert!(before.is_empty(), "{before:?}");
    assert_eq!(after.len(), 1);
    assert_eq!((after[0].id, after[0].started_at), (id, NOON));
    assert_eq!(after[0].steps, [step("lead", StepStatus::Running)]);
    let late = fixture.store.append_journal(id, slow, vec![step("lead", StepStatus::Succeeded)]).await;
    assert!(matches!(late, Err(WriteError::LeaseLost)), "{late:?}");
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_renewed_lease_is_kept_by_its_holder_alone(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let mine = fixture.accepted(event(&workflow, "evt_1")).await;
    let (holder, other) = (node(), node());
    fixture.store.claim(holder, 10, NOON, LEASE).await.unwrap();
    let foreign = fixture.accepted(event(&workflow, "evt_2")).await;
    fixture.store.claim(other, 10, NOON, LEASE).await.unwrap();

    let until = NOON.plus(LEASE).plus(LEASE);
    let held = fixture.store.renew_leases(holder, &[mine, foreign, mine], until).await.unwrap();

    assert_eq!(held, [HeldLease { execution: mine, cancel: None }]);
    let free = fixture.store.claim(node(), 10, NOON.plus(LEASE), LEASE).await.unwrap();
    assert_eq!(free.iter().map(|execution| execution.id).collect::<Vec<_>>(), [foreign]);
    assert_eq!(fixture.store.renew_leases(holder, &[], until).await.unwrap(), []);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn leases_that_are_released_can_be_claimed_at_once(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let id = fixture.accepted(event(&workflow, "evt_1")).await;
    let earlier = node();
    fixture.store.claim(earlier, 10, NOON, LEASE).await.unwrap();

    assert_eq!(fixture.store.release_all_leases().await.unwrap(), 1);

    let claimed = fixture.store.claim(node(), 10, NOON, LEASE).await.unwrap();
    assert_eq!(claimed.iter().map(|execution| execution.id).collect::<Vec<_>>(), [id]);
    let late = fixture.store.append_journal(id, earlier, vec![step("lead", StepStatus::Running)]).await;
    assert!(matches!(late, Err(WriteError::LeaseLost)), "{late:?}");
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn one_that_is_handed_back_can_be_claimed_at_once(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (store, workflow) = (&fixture.store, fixture.workflow("won-deal").await);
    let id = fixture.accepted(event(&workflow, "evt_1")).await;
    let (holder, other) = (node(), node());
    assert_eq!(store.claim(holder, 10, NOON, LEASE).await.unwrap().len(), 1);

    store.hand_back(other, &[id], NOON).await.unwrap();
    assert_eq!(store.claim(other, 10, NOON, LEASE).await.unwrap(), []);

    let mut work = store.work_available();
    store.hand_back(holder, &[id], NOON).await.unwrap();
    work.wait().await;
    let claimed = store.claim(other, 10, NOON, LEASE).await.unwrap();
    assert_eq!(claimed.iter().map(|execution| execution.id).collect::<Vec<_>>(), [id]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_suspended_execution_is_due_when_its_time_has_come(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let (timed, endless) = (
        fixture.accepted(event(&workflow, "evt_1")).await,
        fixture.accepted(event(&workflow, "evt_2")).await,
    );
    let node = node();
    fixture.store.claim(node, 10, NOON, LEASE).await.unwrap();
    let tomorrow = NOON.plus(Duration::from_hours(24));
    for (id, wake_at) in [(timed, Some(tomorrow)), (endless, None)] {
        let records = vec![step("pause", StepStatus::Waiting)];
        fixture.store.suspend(node, SuspendedExecution { id, records, wake_at }).await.unwrap();
    }

    let early = fixture.store.claim(node, 10, tomorrow.minus(SECOND), LEASE).await.unwrap();
    let stored = fixture.store.execution(timed).await.unwrap().unwrap();
    let due = fixture.store.claim(node, 10, tomorrow, LEASE).await.unwrap();

    assert!(early.is_empty(), "{early:?}");
    assert_eq!(stored.status, ExecutionStatus::Waiting);
    assert_eq!(due.iter().map(|execution| execution.id).collect::<Vec<_>>(), [timed]);
    assert_eq!(due[0].steps, [step("pause", StepStatus::Waiting)]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn one_that_cannot_be_read_does_not_keep_others_from_running(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    fixture.accepted(event(&workflow, "broken")).await;
    let good = fixture.accepted(event(&workflow, "evt_1")).await;
    fixture.execute("UPDATE executions SET event = 'not json' WHERE event_id = 'broken'").await;

    let claimed = fixture.store.claim(node(), 10, NOON, LEASE).await.unwrap();

    assert_eq!(claimed.iter().map(|execution| execution.id).collect::<Vec<_>>(), [good]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn the_next_due_is_a_lease_or_a_pause_that_ends(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    assert_eq!(fixture.store.next_due().await.unwrap(), None);

    let id = fixture.accepted(event(&workflow, "evt_1")).await;
    assert_eq!(fixture.store.next_due().await.unwrap(), Some(NOON));

    let node = node();
    fixture.store.claim(node, 1, NOON, LEASE).await.unwrap();
    assert_eq!(fixture.store.next_due().await.unwrap(), Some(NOON.plus(LEASE)));

    let wake_at = Some(NOON.plus(SECOND));
    fixture.store.suspend(node, SuspendedExecution { id, records: Vec::new(), wake_at }).await.unwrap();
    assert_eq!(fixture.store.next_due().await.unwrap(), wake_at);
}
