//! A write that fails fails whole, and for those alone whom it concerns.

use std::env;
use std::process::Command;
use std::time::Duration;

use bellhop_storage::{DeliveryFilter, Ending, ExecutionFilter, FinishedExecution, Recorded, StoreError};
use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::journal::StepStatus;
use futures::future::join_all;
use rstest::rstest;

use crate::support::{Fixture, NOON, event, node, step};

/// Has a table take nothing more, as a disk that is full from then on.
const NO_MORE_DELIVERIES: [&str; 2] = [
    "CREATE TRIGGER full BEFORE INSERT ON deliveries BEGIN SELECT raise(ABORT, 'no room'); END",
    "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE 'no room' USING ERRCODE = 'disk_full'; END $$;
     CREATE TRIGGER no_room BEFORE INSERT ON deliveries EXECUTE FUNCTION no_room()",
];

/// Has an execution keep its state.
const NO_ENDINGS: [&str; 2] = [
    "CREATE TRIGGER full BEFORE UPDATE OF finished_at ON executions BEGIN SELECT raise(ABORT, 'no room'); END",
    "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE 'no room' USING ERRCODE = 'disk_full'; END $$;
     CREATE TRIGGER no_room BEFORE UPDATE OF finished_at ON executions EXECUTE FUNCTION no_room()",
];

#[rstest]
#[case::sqlite(Db::Sqlite, NO_MORE_DELIVERIES[0])]
#[case::postgres(Db::Postgres, NO_MORE_DELIVERIES[1])]
#[tokio::test]
async fn an_execution_whose_delivery_is_refused_is_not_there(#[case] db: Db, #[case] fault: &'static str) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    fixture.execute(fault).await;

    let recorded =
        join_all((0..3).map(|number| fixture.store.record(event(&workflow, &format!("evt_{number}"))))).await;

    assert!(
        recorded
            .iter()
            .all(|recorded| matches!(recorded, Err(StoreError::Database(_) | StoreError::Unavailable(_)))),
        "{recorded:?}"
    );
    let executions = fixture.store.executions(&ExecutionFilter::default(), None, 10).await.unwrap();
    assert!(executions.is_empty(), "{executions:?}");
}

#[rstest]
#[case::sqlite(Db::Sqlite, NO_ENDINGS[0])]
#[case::postgres(Db::Postgres, NO_ENDINGS[1])]
#[tokio::test]
async fn last_records_are_not_there_without_the_end(#[case] db: Db, #[case] fault: &'static str) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let id = fixture.accepted(event(&workflow, "evt_1")).await;
    let node = node();
    fixture.store.claim(node, 1, NOON, Duration::from_secs(30)).await.unwrap();
    fixture.execute(fault).await;

    let records = vec![step("lead", StepStatus::Succeeded)];
    let end = FinishedExecution { id, records, ending: Ending::Succeeded(None), finished_at: NOON };
    assert!(fixture.store.finish(node, end).await.is_err());

    let stored = fixture.store.execution(id).await.unwrap().unwrap();
    assert_eq!((stored.status, stored.steps), (ExecutionStatus::Running, vec![]));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn one_bad_row_is_not_the_fate_of_the_others(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let taken = fixture.accepted(event(&workflow, "evt_0")).await;
    let intakes = (1..=10).map(|number| {
        let mut intake = event(&workflow, &format!("evt_{number}"));
        if number == 5 {
            // An id that is there already: no duplicate, but a mistake.
            intake.execution.as_mut().unwrap().id = taken;
        }
        intake
    });

    // One batch: all are in the queue before the writer has its turn on this thread.
    let recorded = join_all(intakes.map(|intake| fixture.store.record(intake))).await;

    let refused: Vec<usize> = (0..10).filter(|&index| recorded[index].is_err()).collect();
    assert_eq!(refused, [4], "{recorded:?}");
    let deliveries = fixture.store.deliveries(&DeliveryFilter::default(), None, 20).await.unwrap();
    assert_eq!(deliveries.len(), 10);
}

/// Tells the test below that it is the process whose files cannot grow.
const FULL_DISK: &str = "BELLHOP_TEST_FULL_DISK";

#[cfg(unix)]
#[test]
fn a_full_disk_is_an_error_and_leaves_what_was_answered() {
    if env::var_os(FULL_DISK).is_some() {
        let (answered, refused) = tokio::runtime::Runtime::new().unwrap().block_on(fill_the_disk());
        println!("refused after {answered}: {refused}");
        return;
    }
    // A shell can forbid its children files of more than 2 MiB (4,096 blocks of 512 bytes), and have them told so
    // by an error instead of a signal.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 4096; exec \"$@\"", "sh"])
        .arg(env::current_exe().unwrap())
        .args(["--exact", "failures::a_full_disk_is_an_error_and_leaves_what_was_answered", "--nocapture"])
        .env(FULL_DISK, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("refused after"), "{text}");
}

/// Says how many were accepted, and how the next one was refused.
async fn fill_the_disk() -> (usize, StoreError) {
    let fixture = Fixture::start(Db::Sqlite).await;
    let workflow = fixture.workflow("won-deal").await;
    let mut answered = Vec::new();
    let refused = loop {
        let mut intake = event(&workflow, &format!("evt_{}", answered.len()));
        intake.delivery.as_mut().unwrap().body = vec![b'x'; 100_000].into();
        match fixture.store.record(intake).await {
            Ok(Recorded::Accepted(id)) => answered.push(id),
            Ok(other) => panic!("{other:?}"),
            Err(error) => break error,
        }
        assert!(answered.len() < 1_000, "the disk is never full");
    };

    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
    assert!(!answered.is_empty());
    let store = fixture.another_store().await;
    let executions = store.executions(&ExecutionFilter::default(), None, 500).await.unwrap();
    assert_eq!(executions.iter().rev().map(|row| row.id).collect::<Vec<_>>(), answered);
    let deliveries = store.deliveries(&DeliveryFilter::default(), None, 500).await.unwrap();
    assert_eq!(deliveries.len(), answered.len());
    (answered.len(), refused)
}
