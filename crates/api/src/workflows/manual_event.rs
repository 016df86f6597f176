//! The event of a run that somebody starts by hand.

use bellhop_workflow::event::{EventHead, Fallback, STARTED_BY_HAND, WrongField, complete, type_awaited_by};
use bellhop_workflow::model::Workflow;
use bellhop_workflow::time::Timestamp;
use serde_json::{Map, Value};

/// An event as it is stored: the head, and the body that it points into.
pub(crate) struct ManualEvent {
    pub(crate) head: EventHead,
    pub(crate) raw: Value,
}

/// Completes the given event; `fallback_id` is its id where it has none.
///
/// A missing `type` is that of the first event that the workflow's trigger waits for.
pub(crate) fn manual_event(
    given: Option<Map<String, Value>>,
    workflow: &Workflow,
    fallback_id: String,
    now: Timestamp,
) -> Result<ManualEvent, WrongField> {
    let awaited = given.as_ref().and_then(|_| workflow.triggers.iter().find_map(type_awaited_by));
    let fallback = Fallback {
        id: fallback_id,
        kind: awaited.unwrap_or_else(|| STARTED_BY_HAND.to_owned()),
        source: "manual".to_owned(),
        time: now,
    };
    let (head, raw) = complete(given.unwrap_or_default(), fallback)?;
    Ok(ManualEvent { head, raw })
}
