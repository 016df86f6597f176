//! What goes, when, and what stays.

mod file;

use std::time::Duration;

use bellhop_storage::{
    DeliveryFilter, Ending, ExecutionFilter, FinishedExecution, Intake, Keep, NewDelivery, NewExecution,
    Outcome, Pace, Parent, Recorded, ResumeOutcome, Store, Swept, WorkflowRow,
};
use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionError;
use bellhop_workflow::ids::{DeliveryId, ExecutionId};
use bellhop_workflow::journal::StepStatus;
use bellhop_workflow::time::Timestamp;
use futures::future::join_all;
use rstest::rstest;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::support::{Fixture, NOON, delivery, event, execution, id_at, node, step};

const DAY: Duration = Duration::from_hours(24);
const MINUTE: Duration = Duration::from_mins(1);

const FOR_EVER: Keep = Keep { age: None, payload_age: None, rows: None };
const A_WEEK: Keep = Keep { age: Some(Duration::from_hours(7 * 24)), ..FOR_EVER };

fn pace() -> Pace {
    Pace { rest: Duration::ZERO, stop: CancellationToken::new() }
}

pub(crate) fn day(number: u32) -> Timestamp {
    NOON.plus(number * DAY)
}

/// An event for the workflow at that instant, with ids of that instant.
pub(crate) fn event_at(workflow: &WorkflowRow, key: &str, at: Timestamp) -> Intake {
    let new = event(workflow, key);
    Intake {
        parsed: None,
        delivery: new.delivery.map(|delivery| NewDelivery {
            id: DeliveryId::from_uuid(id_at(at)),
            received_at: at,
            ..delivery
        }),
        execution: new.execution.map(|execution| NewExecution {
            id: ExecutionId::from_uuid(id_at(at)),
            created_at: at,
            ..execution
        }),
    }
}

async fn sweep(store: &Store, keep: Keep, now: Timestamp) -> Swept {
    store.sweep(keep, now, &pace()).await.unwrap()
}

/// Runs all that is due to its end, with one step each.
async fn finish_all(store: &Store, now: Timestamp) {
    let node = node();
    loop {
        let claimed = store.claim(node, 500, now, MINUTE).await.unwrap();
        if claimed.is_empty() {
            return;
        }
        let ends = claimed.into_iter().map(|one| FinishedExecution {
            id: one.id,
            records: vec![step("first", StepStatus::Succeeded)],
            ending: Ending::Succeeded(Some(json!({ "padding": "x".repeat(1_000) }))),
            finished_at: now,
        });
        for finished in join_all(ends.map(|end| store.finish(node, end))).await {
            finished.unwrap();
        }
    }
}

async fn executions(store: &Store) -> Vec<ExecutionId> {
    let page = store.executions(&ExecutionFilter::default(), None, 500).await.unwrap();
    page.into_iter().map(|row| row.id).collect()
}

async fn deliveries(store: &Store) -> Vec<DeliveryId> {
    let page = store.deliveries(&DeliveryFilter::default(), None, 500).await.unwrap();
    page.into_iter().map(|row| row.id).collect()
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_ended_long_ago_goes_with_all_that_is_its_own(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let old = fixture.accepted(event_at(&workflow, "old", day(0))).await;
    finish_all(&fixture.store, day(0)).await;
    let young = fixture.accepted(event_at(&workflow, "young", day(5))).await;
    finish_all(&fixture.store, day(5)).await;

    assert_eq!(sweep(&fixture.store, A_WEEK, day(7)).await, Swept::default());
    let swept = sweep(&fixture.store, A_WEEK, day(8)).await;

    assert_eq!(swept, Swept { executions: 1, ..Swept::default() });
    assert_eq!(executions(&fixture.store).await, [young]);
    assert_eq!(deliveries(&fixture.store).await.len(), 1);
    assert_eq!(fixture.store.execution(old).await.unwrap(), None);
    assert_eq!(fixture.count("SELECT count(DISTINCT execution_id) FROM journal").await, 1);
    let forgotten = async || fixture.store.forgotten_until(workflow.id).await.unwrap();
    assert_eq!(forgotten().await, Some(day(0)), "of the time after it the history still says what has run");
    // Its event is a new one from here on; the young one's is not.
    let again = event_at(&workflow, "young", day(8));
    assert_eq!(fixture.store.record(again).await.unwrap(), Recorded::Duplicate);
    fixture.accepted(event_at(&workflow, "old", day(8))).await;
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_has_not_ended_stays_with_its_event_and_its_finished_child(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let parent = fixture.accepted(event_at(&workflow, "parent", day(0))).await;
    let node = node();
    fixture.store.claim(node, 1, day(0), MINUTE).await.unwrap();
    let child = NewExecution {
        id: ExecutionId::from_uuid(id_at(day(0))),
        parent: Some(Parent { execution: parent, path: "call".to_owned() }),
        dedup_key: Some("child".to_owned()),
        created_at: day(0),
        ..execution(&workflow)
    };
    let child = fixture.store.start_child(child).await.unwrap();
    // The parent's lease holds, so that only the child is run.
    finish_all(&fixture.store, day(0)).await;
    let all = Keep { payload_age: Some(MINUTE), rows: Some(1), ..A_WEEK };

    let swept = sweep(&fixture.store, all, day(30)).await;

    assert_eq!(swept, Swept::default());
    assert_eq!(executions(&fixture.store).await.len(), 2);
    let kept = fixture.store.execution(parent).await.unwrap().unwrap();
    assert_eq!(kept.event.unwrap().data["name"], "Acme");
    let given = fixture.store.child(parent, "call").await.unwrap().unwrap();
    assert_eq!((given.id, &given.output["padding"]), (child, &json!("x".repeat(1_000))));

    let end = FinishedExecution {
        id: parent,
        records: Vec::new(),
        ending: Ending::Succeeded(None),
        finished_at: day(30),
    };
    fixture.store.finish(node, end).await.unwrap();
    // The child is as old as ever, and nobody waits for it any more; the parent has just ended.
    assert_eq!(sweep(&fixture.store, A_WEEK, day(30)).await.executions, 1);
    assert_eq!(executions(&fixture.store).await, [parent]);
    assert_eq!(sweep(&fixture.store, A_WEEK, day(38)).await.executions, 1);
    assert_eq!(deliveries(&fixture.store).await, []);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn payloads_go_first_where_they_are_kept_for_a_shorter_time(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let id = fixture.accepted(event_at(&workflow, "evt_1", day(0))).await;
    finish_all(&fixture.store, day(0)).await;
    let keep = Keep { payload_age: Some(2 * DAY), ..A_WEEK };

    assert_eq!(sweep(&fixture.store, keep, day(1)).await, Swept::default());
    let swept = sweep(&fixture.store, keep, day(3)).await;

    assert_eq!(swept, Swept { payloads: 1, ..Swept::default() });
    // Once, not with every sweep.
    assert_eq!(sweep(&fixture.store, keep, day(3)).await, Swept::default());
    let row = fixture.store.execution(id).await.unwrap().unwrap();
    assert_eq!((row.event, row.output, row.steps), (None, None, Vec::new()));
    let filter = ExecutionFilter { event_id: Some("evt_1".to_owned()), ..ExecutionFilter::default() };
    assert_eq!(fixture.store.executions(&filter, None, 10).await.unwrap().len(), 1);
    let delivery = fixture.store.delivery(row.delivery_id.unwrap()).await.unwrap().unwrap();
    assert_eq!(delivery.body, None);
    assert_eq!(
        fixture.store.record(event_at(&workflow, "evt_1", day(3))).await.unwrap(),
        Recorded::Duplicate
    );
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_flood_of_forged_deliveries_pushes_nothing_else_out(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let mut accepted = Vec::new();
    for number in 0..4 {
        let at = day(0).plus(number * MINUTE);
        accepted.push(fixture.accepted(event_at(&workflow, &format!("evt_{number}"), at)).await);
    }
    finish_all(&fixture.store, day(1)).await;
    let outcomes =
        [Outcome::Rejected, Outcome::Rejected, Outcome::Rejected, Outcome::Rejected, Outcome::Filtered];
    for outcome in outcomes {
        let id = DeliveryId::from_uuid(id_at(day(1)));
        let forged = NewDelivery { id, received_at: day(1), ..delivery(outcome) };
        fixture.store.record(Intake { parsed: None, delivery: Some(forged), execution: None }).await.unwrap();
    }

    let swept = sweep(&fixture.store, Keep { rows: Some(3), ..FOR_EVER }, day(2)).await;

    assert_eq!((swept.executions, swept.deliveries, swept.crowded_out), (1, 1, Some(day(1))));
    assert_eq!(executions(&fixture.store).await, [accepted[3], accepted[2], accepted[1]]);
    let of = async |outcome| {
        let filter = DeliveryFilter { outcome: Some(outcome), ..DeliveryFilter::default() };
        fixture.store.deliveries(&filter, None, 10).await.unwrap().len()
    };
    assert_eq!(
        (of(Outcome::Accepted).await, of(Outcome::Rejected).await, of(Outcome::Filtered).await),
        (3, 3, 1)
    );
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_deleted_workflow_is_forgotten_with_the_last_of_its_history(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (deleted, kept) = (fixture.workflow("won-deal").await, fixture.workflow("new-lead").await);
    fixture.accepted(event_at(&deleted, "evt_1", day(6))).await;
    finish_all(&fixture.store, day(6)).await;
    let mut tx = fixture.store.begin().await.unwrap();
    tx.delete_workflow(deleted.id, deleted.version, day(0)).await.unwrap();
    tx.commit().await.unwrap();

    assert_eq!(sweep(&fixture.store, A_WEEK, day(10)).await, Swept::default());
    let swept = sweep(&fixture.store, A_WEEK, day(14)).await;

    assert_eq!((swept.executions, swept.workflows), (1, 1));
    assert_eq!(fixture.store.workflow_by_id(deleted.id).await.unwrap(), None);
    assert_eq!(fixture.store.workflow_version(deleted.id, deleted.version).await.unwrap(), None);
    assert!(fixture.store.workflow_by_id(kept.id).await.unwrap().is_some());
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_an_execution_was_resumed_with_goes_with_it(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let id = fixture.accepted(event_at(&workflow, "evt_1", day(0))).await;
    let resumed = fixture.store.resume(id, "ask", &json!({ "approved": true }), day(0)).await.unwrap();
    assert_eq!(resumed, ResumeOutcome::Accepted);
    finish_all(&fixture.store, day(0)).await;

    sweep(&fixture.store, A_WEEK, day(8)).await;

    assert_eq!(fixture.store.resumable(id, "ask").await.unwrap(), ResumeOutcome::Unknown);
    assert_eq!(fixture.count("SELECT count(*) FROM resumes").await, 0);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_sweep_that_is_stopped_ends_after_its_transaction(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    for number in 0..200 {
        fixture.accepted(event_at(&workflow, &format!("evt_{number}"), day(0))).await;
    }
    finish_all(&fixture.store, day(0)).await;
    let pace = pace();
    pace.stop.cancel();

    let swept = fixture.store.sweep(A_WEEK, day(8), &pace).await.unwrap();

    assert!((1..200).contains(&swept.executions), "{swept:?}");
    assert_eq!(executions(&fixture.store).await.len() as u64, 200 - swept.executions);
}

#[tokio::test]
async fn on_postgres_one_node_sweeps_at_a_time() {
    let fixture = Fixture::start(Db::Postgres).await;
    let workflow = fixture.workflow("won-deal").await;
    fixture.accepted(event_at(&workflow, "evt_1", day(0))).await;
    finish_all(&fixture.store, day(0)).await;
    let pool = sqlx::PgPool::connect(&fixture.database.url()).await.unwrap();
    let mut other = pool.begin().await.unwrap();
    let number = bellhop_storage::retention_lock();
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(number).execute(&mut *other).await.unwrap();

    assert_eq!(sweep(&fixture.store, A_WEEK, day(8)).await, Swept::default());
    other.rollback().await.unwrap();
    assert_eq!(sweep(&fixture.store, A_WEEK, day(8)).await.executions, 1);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn failed_and_cancelled_ones_go_like_the_others(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let id = fixture.accepted(event_at(&workflow, "evt_1", day(0))).await;
    let node = node();
    fixture.store.claim(node, 1, day(0), MINUTE).await.unwrap();
    let error =
        ExecutionError { step: None, kind: "timeout".to_owned(), message: "took too long".to_owned() };
    let end =
        FinishedExecution { id, records: Vec::new(), ending: Ending::Failed(error), finished_at: day(1) };
    fixture.store.finish(node, end).await.unwrap();

    assert_eq!(sweep(&fixture.store, A_WEEK, day(7)).await.executions, 0);
    assert_eq!(sweep(&fixture.store, A_WEEK, day(9)).await.executions, 1);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn pruning_deletes_what_the_filter_finds_and_has_ended(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (deals, leads) = (fixture.workflow("won-deal").await, fixture.workflow("new-lead").await);
    for number in 0..300 {
        fixture.accepted(event_at(&deals, &format!("evt_{number}"), day(0))).await;
    }
    let other = fixture.accepted(event_at(&leads, "evt_1", day(0))).await;
    finish_all(&fixture.store, day(0)).await;
    let young = fixture.accepted(event_at(&deals, "young", day(2))).await;
    finish_all(&fixture.store, day(2)).await;
    let unfinished = fixture.accepted(event_at(&deals, "unfinished", day(0))).await;
    let filter =
        ExecutionFilter { workflow: Some(deals.name), until: Some(day(1)), ..ExecutionFilter::default() };

    let pruned = fixture.store.prune(&filter, None).await.unwrap();

    assert_eq!((pruned.deleted, pruned.rest), (300, None));
    let mut left = executions(&fixture.store).await;
    left.sort_unstable();
    let mut expected = [other, young, unfinished];
    expected.sort_unstable();
    assert_eq!(left, expected);
    assert_eq!(deliveries(&fixture.store).await.len(), 3);
    assert_eq!(fixture.count("SELECT count(DISTINCT execution_id) FROM journal").await, 2);
}
