//! What a node is given when more is due than it has room for.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bellhop_storage::{Claimed, Slot, Slots, WorkflowRow};
use bellhop_testkit::database::Db;
use bellhop_workflow::ids::{ExecutionId, WorkflowId};
use rstest::rstest;

use crate::support::{Fixture, NOON, event, node};

const LEASE: Duration = Duration::from_secs(30);

impl Fixture {
    /// Records so many executions of a workflow.
    async fn flood(&self, workflow: &WorkflowRow, count: usize) -> Vec<ExecutionId> {
        let mut ids = Vec::new();
        for number in 0..count {
            ids.push(self.accepted(event(workflow, &format!("evt_{number}"))).await);
        }
        ids
    }

    /// Claims for the slots that are free, and takes them.
    async fn fill(&self, slots: &Arc<Slots>) -> (Claimed, Vec<Slot>) {
        let mut room = slots.room(usize::MAX).await.unwrap();
        let claimed = self.store.claim_fairly(node(), room.standings(), NOON, LEASE).await.unwrap();
        let taken = claimed.executions.iter().map(|one| room.slot(one.workflow_id).unwrap()).collect();
        (claimed, taken)
    }
}

fn counts(claimed: &Claimed) -> BTreeMap<WorkflowId, usize> {
    let mut counts = BTreeMap::new();
    for execution in &claimed.executions {
        *counts.entry(execution.workflow_id).or_default() += 1;
    }
    counts
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_flood_leaves_room_for_others_and_keeps_its_own_order(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (flooded, quiet) = (fixture.workflow("flooded").await, fixture.workflow("quiet").await);
    let flood = fixture.flood(&flooded, 40).await;
    let single = fixture.flood(&quiet, 1).await;
    let slots = Slots::new(16);

    let (first, _slots) = fixture.fill(&slots).await;
    assert_eq!(counts(&first), BTreeMap::from([(flooded.id, 8), (quiet.id, 1)]));
    assert_eq!(first.left, [flooded.id]);

    // Nobody else wants the rest, but for the last slot.
    let (second, _more_slots) = fixture.fill(&slots).await;
    assert_eq!(second.left, [flooded.id]);
    let mut claimed: Vec<ExecutionId> = first.executions.iter().map(|one| one.id).collect();
    claimed.retain(|id| *id != single[0]);
    claimed.extend(second.executions.iter().map(|one| one.id));
    assert_eq!(claimed, flood[..14]);
    assert_eq!(slots.free(), 1);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn one_that_comes_when_another_holds_nearly_all_begins_at_once(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (flooded, quiet) = (fixture.workflow("flooded").await, fixture.workflow("quiet").await);
    fixture.flood(&flooded, 20).await;
    let slots = Slots::new(8);
    let (_, _held) = fixture.fill(&slots).await;
    assert!(!slots.may_begin(flooded.id) && slots.may_begin(quiet.id));
    let (nothing, _none) = fixture.fill(&slots).await;
    assert_eq!((nothing.executions.len(), nothing.left), (0, vec![flooded.id]));

    fixture.flood(&quiet, 3).await;
    let (claimed, _slot) = fixture.fill(&slots).await;

    assert_eq!(counts(&claimed), BTreeMap::from([(quiet.id, 1)]));
    assert_eq!(slots.free(), 0);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_single_slot_goes_round(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let mut workflows = Vec::new();
    for name in ["first", "second", "third"] {
        let workflow = fixture.workflow(name).await;
        fixture.flood(&workflow, 3).await;
        workflows.push(workflow.id);
    }
    let slots = Slots::new(1);
    let mut turns = Vec::new();
    for _ in 0..6 {
        let (claimed, _slot) = fixture.fill(&slots).await;
        turns.push(claimed.executions[0].workflow_id);
    }
    turns[..3].sort_unstable();
    turns[3..].sort_unstable();
    assert_eq!(turns, [&workflows[..], &workflows[..]].concat());
}
