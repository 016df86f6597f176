//! The schedules that a workflow has while it is on. Pure.

use bellhop_storage::NewSchedule;
use bellhop_workflow::model::{TriggerKind, Workflow};
use bellhop_workflow::schedule::next_after;
use bellhop_workflow::time::Timestamp;

/// What each `schedule` trigger of `workflow` goes by, where it is set going at `now`.
pub(super) fn schedules(workflow: &Workflow, now: Timestamp) -> Vec<NewSchedule> {
    let new = workflow.triggers.iter().filter_map(|trigger| {
        let TriggerKind::Schedule(schedule) = &trigger.kind else { return None };
        Some(NewSchedule {
            trigger_id: trigger.id.clone(),
            timing: schedule.timing_in_words(),
            anchor: now,
            next_at: next_after(schedule, now, now),
        })
    });
    new.collect()
}
