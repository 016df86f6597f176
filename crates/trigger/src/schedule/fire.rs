//! One schedule that is due.

use std::sync::Arc;
use std::time::Duration;

use bellhop_storage::{ConcealError, DueSchedule, Firing, Gate, NewExecution, seal_concealed};
use bellhop_vault::MasterKey;
use bellhop_workflow::conceal::conceal;
use bellhop_workflow::event::HeldEvent;
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
/// read: it is tried again later, and then its times are those that it always had. `key` seals what is masked.
pub(super) fn firing(
    due: &DueSchedule,
    scheduled: Option<&Scheduled>,
    key: &MasterKey,
    now: Timestamp,
) -> Result<Option<Firing>, ConcealError> {
    let Some(due_at) = due.schedule.next_at else { return Ok(None) };
    let nothing = Firing {
        workflow_id: due.schedule.workflow_id,
        trigger_id: due.schedule.trigger_id.clone(),
        version: due.version,
        due_at,
        next_at: Some(now.plus(PAUSE)),
        last_at: None,
        executions: Vec::new(),
    };
    let Some(scheduled) = scheduled else { return Ok(Some(nothing)) };
    let TriggerKind::Schedule(schedule) = &scheduled.trigger().kind else { return Ok(Some(nothing)) };
    let plan = plan(&scheduled.timetable, schedule.catch_up, due.schedule.anchor, due_at, now);
    let (workflow, trigger) = (&due.workflow, &due.schedule.trigger_id);
    if plan.too_many {
        tracing::warn!(%workflow, %trigger, %due_at, "more than {MAX_MISSED} times were missed; the last of them fire");
    } else if plan.fire.is_empty() {
        tracing::info!(%workflow, %trigger, %due_at, "what was missed of a schedule is let go");
    }
    let executions =
        plan.fire.iter().filter_map(|at| execution(due, scheduled, schedule, key, *at, now).transpose());
    let executions: Vec<NewExecution> = executions.collect::<Result<_, _>>()?;
    let last_at = executions.last().and_then(|last| last.event.as_ref()).map(|event| event.time);
    Ok(Some(Firing { next_at: plan.next_at, last_at, executions, ..nothing }))
}

/// What one time starts; nothing where the trigger's `where` does not let it.
fn execution(
    due: &DueSchedule,
    scheduled: &Scheduled,
    schedule: &ScheduleTrigger,
    key: &MasterKey,
    at: Timestamp,
    now: Timestamp,
) -> Result<Option<NewExecution>, ConcealError> {
    let trigger = scheduled.trigger();
    let mut head = event(&trigger.id, schedule, at);
    let kind = trigger.kind.as_str();
    let origin = Origin { trigger: &trigger.id, kind, workflow: &due.workflow, version: due.version };
    let event = Arc::new(HeldEvent { head: head.clone(), raw: Value::Null });
    let scope = inbound::scope(event, &origin, now);
    if let Some(reason) = trigger.filter.as_ref().and_then(|filter| inbound::refusal(filter, &scope)) {
        tracing::debug!(workflow = %due.workflow, event = head.id, reason, "a schedule's time starts nothing");
        return Ok(None);
    }
    let gate = Gate::of(&scheduled.workflow, || scope);
    let id = ExecutionId::generate(now);
    let sealed = conceal(&scheduled.workflow.mask, Some((&mut head, &mut Value::Null)), None)
        .map(|concealed| seal_concealed(key, id, &concealed))
        .transpose()?;
    Ok(Some(NewExecution {
        trigger_id: Some(trigger.id.clone()),
        dedup_key: Some(head.id.clone()),
        event: Some(head),
        gate,
        sealed,
        ..NewExecution::new(id, due.schedule.workflow_id, due.version, kind, now)
    }))
}
