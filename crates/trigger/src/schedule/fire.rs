//! One schedule that is due.

use std::time::Duration;

use bellhop_storage::{DueSchedule, Firing, Gate, NewExecution};
use bellhop_workflow::event::EventHead;
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::model::{ScheduleTrigger, TriggerKind};
use bellhop_workflow::time::Timestamp;
use serde_json::Value;

use super::definitions::Scheduled;
use super::event::event;
use super::plan::{MAX_MISSED, plan};
use crate::inbound;
use crate::inbound::Origin;

/// How long a schedule is left alone whose version cannot be read.
const PAUSE: Duration = Duration::from_mins(5);

/// What is to be written down of a schedule that is due at `now`. `scheduled` is its trigger; none where that cannot be
/// read: it is tried again later, and then its times are those that it always had.
pub(super) fn firing(due: &DueSchedule, scheduled: Option<&Scheduled>, now: Timestamp) -> Option<Firing> {
    let due_at = due.schedule.next_at?;
    let nothing = Firing {
        workflow_id: due.schedule.workflow_id,
        trigger_id: due.schedule.trigger_id.clone(),
        version: due.version,
        due_at,
        next_at: Some(now.plus(PAUSE)),
        last_at: None,
        executions: Vec::new(),
    };
    let Some(scheduled) = scheduled else { return Some(nothing) };
    let TriggerKind::Schedule(schedule) = &scheduled.trigger().kind else { return Some(nothing) };
    let plan = plan(&scheduled.timetable, schedule.catch_up, due.schedule.anchor, due_at, now);
    let (workflow, trigger) = (&due.workflow, &due.schedule.trigger_id);
    if plan.too_many {
        tracing::warn!(%workflow, %trigger, %due_at, "more than {MAX_MISSED} times were missed; the last of them fire");
    } else if plan.fire.is_empty() {
        tracing::info!(%workflow, %trigger, %due_at, "what was missed of a schedule is let go");
    }
    let executions: Vec<NewExecution> =
        plan.fire.iter().filter_map(|at| execution(due, scheduled, schedule, *at, now)).collect();
    let last_at = executions.last().and_then(|last| last.event.as_ref()).map(|event| event.time);
    Some(Firing { next_at: plan.next_at, last_at, executions, ..nothing })
}

/// What one time starts; nothing where the trigger's `where` does not let it.
fn execution(
    due: &DueSchedule,
    scheduled: &Scheduled,
    schedule: &ScheduleTrigger,
    at: Timestamp,
    now: Timestamp,
) -> Option<NewExecution> {
    let trigger = scheduled.trigger();
    let head = event(&trigger.id, schedule, at);
    let kind = trigger.kind.as_str();
    let origin = Origin { trigger: &trigger.id, kind, workflow: &due.workflow, version: due.version };
    let scope = inbound::scope(&whole(&head), &origin, now);
    if let Some(reason) = trigger.filter.as_ref().and_then(|filter| inbound::refusal(filter, &scope)) {
        tracing::debug!(workflow = %due.workflow, event = head.id, reason, "a schedule's time starts nothing");
        return None;
    }
    Some(NewExecution {
        id: ExecutionId::generate(now),
        workflow_id: due.schedule.workflow_id,
        version: due.version,
        trigger_id: Some(trigger.id.clone()),
        trigger_kind: kind.to_owned(),
        dedup_key: Some(head.id.clone()),
        event: Some(head),
        raw: None,
        inputs: None,
        retry_of: None,
        attempt: 1,
        replay_of: None,
        created_at: now,
        parent: None,
        gate: Gate::of(&scheduled.workflow, || scope),
        sealed: None,
        steps: Vec::new(),
    })
}

fn whole(head: &EventHead) -> Value {
    serde_json::to_value(head.clone().attach(Value::Null)).unwrap_or_default()
}
