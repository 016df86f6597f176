//! What is written of an event that starts an execution, however it came in: delivered, or fetched.

use bellhop_storage::{ConcealError, Intake, NewDelivery, NewExecution, Outcome, seal_concealed};
use bellhop_vault::MasterKey;
use bellhop_workflow::ids::{ExecutionId, TriggerId, Version, WorkflowId};
use bytes::Bytes;

use super::AcceptedEvent;

/// What an event starts.
#[derive(Debug, Clone, Copy)]
pub struct Starts<'a> {
    /// The execution's id.
    pub id: ExecutionId,
    /// Of which workflow.
    pub workflow: WorkflowId,
    /// As which version.
    pub version: Version,
    /// Through which trigger.
    pub trigger: &'a TriggerId,
    /// Of which kind.
    pub kind: &'a str,
}

/// The delivery and its execution, for one commit. `delivery` says how it came in, `body` is what came; what of it is
/// masked is sealed with `key`.
pub fn start(
    event: AcceptedEvent,
    starts: &Starts<'_>,
    delivery: NewDelivery,
    body: Bytes,
    key: &MasterKey,
) -> Result<Intake, ConcealError> {
    let Starts { id, workflow, version, trigger, kind } = *starts;
    let (body, sealed) = match event.masked {
        Some(masked) => (masked.body, Some(seal_concealed(key, id, &masked.concealed)?)),
        None => (body, None),
    };
    let execution = NewExecution {
        trigger_id: Some(trigger.clone()),
        dedup_key: event.dedup_key,
        event: Some(event.head),
        // No `raw`: the body is kept once, with the delivery.
        gate: event.gate,
        sealed,
        ..NewExecution::new(id, workflow, version, kind, delivery.received_at)
    };
    let delivery = NewDelivery {
        outcome: Outcome::Accepted,
        event_id: event.event_id,
        event_type: Some(event.event_type),
        body,
        ..delivery
    };
    Ok(Intake { parsed: Some(event.parsed), delivery: Some(delivery), execution: Some(execution) })
}
