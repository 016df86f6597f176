//! Schedules: kept with what their workflow is, and fired once.

use std::time::Duration;

use bellhop_storage::{ExecutionFilter, Firing, NewExecution, NewSchedule, ScheduleRow, WorkflowRow};
use bellhop_testkit::database::Db;
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::{ExecutionId, TriggerId, Version};
use bellhop_workflow::time::Timestamp;
use futures::future::join_all;
use rstest::rstest;

use crate::support::{Fixture, NOON, execution, head, new_workflow};

const HOUR: Duration = Duration::from_hours(1);

fn schedule(trigger: &str, timing: &str, next_at: Timestamp) -> NewSchedule {
    NewSchedule {
        trigger_id: TriggerId::new(trigger),
        timing: timing.to_owned(),
        anchor: NOON,
        next_at: Some(next_at),
    }
}

/// A workflow that is on, with these schedules.
async fn active(fixture: &Fixture, name: &str, schedules: &[NewSchedule]) -> WorkflowRow {
    let mut tx = fixture.store.begin().await.unwrap();
    let workflow = tx.create_workflow(&new_workflow(name)).await.unwrap();
    let (off, on) = (ActivationState::Inactive, ActivationState::Active);
    tx.set_workflow_state(workflow.id, off, on, NOON).await.unwrap();
    tx.set_schedules(workflow.id, schedules).await.unwrap();
    tx.commit().await.unwrap();
    workflow
}

async fn set(fixture: &Fixture, workflow: &WorkflowRow, schedules: &[NewSchedule]) {
    let mut tx = fixture.store.begin().await.unwrap();
    tx.set_schedules(workflow.id, schedules).await.unwrap();
    tx.commit().await.unwrap();
}

/// What `schedule` fires at `at`.
fn fired(workflow: &WorkflowRow, at: Timestamp) -> NewExecution {
    let key = format!("schedule@{at}");
    NewExecution {
        trigger_id: Some(TriggerId::new("schedule")),
        trigger_kind: "schedule".to_owned(),
        event: Some(head(&key)),
        dedup_key: Some(key),
        ..execution(workflow)
    }
}

/// An hourly schedule's firing at `due_at`.
fn firing(workflow: &WorkflowRow, due_at: Timestamp) -> Firing {
    Firing {
        workflow_id: workflow.id,
        trigger_id: TriggerId::new("schedule"),
        version: workflow.version,
        due_at,
        next_at: Some(due_at.plus(HOUR)),
        last_at: Some(due_at),
        executions: vec![fired(workflow, due_at)],
    }
}

async fn executions(fixture: &Fixture) -> Vec<ExecutionId> {
    let rows = fixture.store.executions(&ExecutionFilter::default(), None, 500).await.unwrap();
    rows.into_iter().map(|row| row.id).collect()
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_schedule_whose_timing_is_the_same_goes_on(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let first = [
        schedule("schedule", "every 1h", NOON.plus(HOUR)),
        schedule("schedule_2", "every 2h", NOON.plus(HOUR)),
        schedule("schedule_3", "every 3h", NOON.plus(HOUR)),
    ];
    let workflow = active(&fixture, "report", &first).await;

    let later = NOON.plus(5 * HOUR);
    let second = [schedule("schedule", "every 1h", later), schedule("schedule_3", "every 4h", later)];
    set(&fixture, &workflow, &second).await;

    let row = |trigger: &str, timing: &str, next_at: Timestamp| ScheduleRow {
        workflow_id: workflow.id,
        trigger_id: TriggerId::new(trigger),
        timing: timing.to_owned(),
        anchor: NOON,
        next_at: Some(next_at),
        last_at: None,
    };
    let stored = fixture.store.schedules(workflow.id).await.unwrap();
    assert_eq!(stored, [row("schedule", "every 1h", NOON.plus(HOUR)), row("schedule_3", "every 4h", later)]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn firing_starts_an_execution_and_moves_the_schedule_on(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = active(&fixture, "report", &[schedule("schedule", "every 1h", NOON)]).await;
    let mut work = fixture.store.work_available();

    assert!(fixture.store.fire(firing(&workflow, NOON)).await.unwrap());

    work.wait().await;
    let stored = fixture.store.schedules(workflow.id).await.unwrap().remove(0);
    assert_eq!((stored.next_at, stored.last_at), (Some(NOON.plus(HOUR)), Some(NOON)));
    let id = executions(&fixture).await.remove(0);
    let execution = fixture.store.execution(id).await.unwrap().unwrap();
    assert_eq!(
        (execution.trigger_kind.as_str(), execution.event.unwrap().id),
        ("schedule", format!("schedule@{NOON}"))
    );

    // Once more with what was read before.
    assert!(!fixture.store.fire(firing(&workflow, NOON)).await.unwrap());
    assert_eq!(executions(&fixture).await, [id]);
    // Without executions it only moves on.
    let quiet =
        Firing { executions: Vec::new(), last_at: None, next_at: None, ..firing(&workflow, NOON.plus(HOUR)) };
    assert!(fixture.store.fire(quiet).await.unwrap());
    let stored = fixture.store.schedules(workflow.id).await.unwrap().remove(0);
    assert_eq!((stored.next_at, stored.last_at), (None, Some(NOON)));
    assert_eq!(fixture.store.next_schedule().await.unwrap(), None);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn of_several_nodes_one_fires(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let mut workflows = Vec::new();
    for number in 0..20 {
        workflows
            .push(active(&fixture, &format!("report-{number}"), &[schedule("schedule", "x", NOON)]).await);
    }
    let stores = [fixture.store.clone(), fixture.another_store().await, fixture.another_store().await];

    // Each in its own order, so that nodes hold what others wait for.
    let answers = join_all((0..60).map(|number| {
        let (node, number) = (number % 3, number / 3);
        let workflow = if node == 1 { &workflows[19 - number] } else { &workflows[number] };
        let (store, firing) = (stores[node].clone(), firing(workflow, NOON));
        tokio::spawn(async move { store.fire(firing).await.unwrap() })
    }))
    .await;

    assert_eq!(answers.iter().filter(|fired| *fired.as_ref().unwrap()).count(), 20);
    assert_eq!(executions(&fixture).await.len(), 20);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_was_started_before_is_not_started_again(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = active(&fixture, "report", &[schedule("schedule", "every 1h", NOON)]).await;
    assert!(fixture.store.fire(firing(&workflow, NOON)).await.unwrap());
    let ids = executions(&fixture).await;

    // Switched off and on again, it may come by the same time once more.
    set(&fixture, &workflow, &[]).await;
    set(&fixture, &workflow, &[schedule("schedule", "every 1h", NOON)]).await;
    assert!(fixture.store.fire(firing(&workflow, NOON)).await.unwrap());

    assert_eq!(executions(&fixture).await, ids);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_is_off_or_has_changed_does_not_fire(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = active(&fixture, "report", &[schedule("schedule", "every 1h", NOON)]).await;
    let of_another_version = Firing { version: Version(2), ..firing(&workflow, NOON) };
    assert!(!fixture.store.fire(of_another_version).await.unwrap());

    let mut tx = fixture.store.begin().await.unwrap();
    let (on, ending) = (ActivationState::Active, ActivationState::Deactivating);
    tx.set_workflow_state(workflow.id, on, ending, NOON).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!fixture.store.fire(firing(&workflow, NOON)).await.unwrap());
    assert_eq!(fixture.store.due_schedules(NOON, 10).await.unwrap(), []);

    let other = active(&fixture, "other", &[schedule("schedule", "every 1h", NOON)]).await;
    let mut tx = fixture.store.begin().await.unwrap();
    tx.delete_workflow(other.id, other.version, NOON).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!fixture.store.fire(firing(&other, NOON)).await.unwrap());
    assert_eq!(fixture.store.schedules(other.id).await.unwrap(), []);
    assert_eq!(executions(&fixture).await, []);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_is_due_comes_in_the_order_of_its_time(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    assert_eq!(fixture.store.next_schedule().await.unwrap(), None);
    let later = active(&fixture, "later", &[schedule("schedule", "x", NOON.plus(HOUR))]).await;
    let last =
        [schedule("schedule", "x", NOON.plus(2 * HOUR)), schedule("schedule_2", "y", NOON.plus(3 * HOUR))];
    active(&fixture, "last", &last).await;
    active(&fixture, "first", &[schedule("schedule", "x", NOON)]).await;

    let due = async |now: Timestamp, limit: u32| {
        let due = fixture.store.due_schedules(now, limit).await.unwrap();
        due.into_iter().map(|due| due.workflow.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(due(NOON.minus(HOUR), 10).await, Vec::<String>::new());
    assert_eq!(due(NOON.plus(2 * HOUR), 10).await, ["first", "later", "last"]);
    assert_eq!(due(NOON.plus(9 * HOUR), 2).await, ["first", "later"]);
    assert_eq!(fixture.store.next_schedule().await.unwrap(), Some(NOON));
    let found = fixture.store.due_schedules(NOON.plus(HOUR), 2).await.unwrap().remove(1);
    assert_eq!((found.version, found.schedule.workflow_id), (later.version, later.id));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn whoever_waits_for_changes_is_told_of_those_that_were_committed(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let mut changed = fixture.store.schedules_changed();
    let workflow = active(&fixture, "report", &[]).await;
    changed.wait().await;

    let mut tx = fixture.store.begin().await.unwrap();
    tx.set_schedules(workflow.id, &[schedule("schedule", "x", NOON)]).await.unwrap();
    drop(tx);
    fixture.workflow("other").await;
    assert!(futures::poll!(Box::pin(changed.wait())).is_pending());

    set(&fixture, &workflow, &[schedule("schedule", "x", NOON)]).await;
    changed.wait().await;
}
