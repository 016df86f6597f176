//! What an execution was given, for another that is given the same: masks undone, and done again as the version says
//! that is to run.

use std::sync::Arc;

use bellhop_storage::{Gate, Origin, WorkflowRow};
use bellhop_workflow::conceal::conceal;
use bellhop_workflow::event::{EventHead, HeldEvent, Part, body_bytes, parse_body};
use bellhop_workflow::expression::Scope;
use bellhop_workflow::ids::{ExecutionId, Version};
use bellhop_workflow::model::Workflow;
use bellhop_workflow::time::Timestamp;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::problem::{Problem, kind};
use crate::state::ApiState;

/// What an execution was given, nothing masked.
pub(crate) struct Given {
    head: Option<EventHead>,
    /// The event's body.
    pub(crate) raw: Value,
    /// The body as it is stored, where nothing of it is masked.
    bytes: Option<Bytes>,
    inputs: Option<Value>,
}

/// The same as it is stored for another execution.
pub(crate) struct Stored {
    pub(crate) head: Option<EventHead>,
    pub(crate) raw: Option<Bytes>,
    pub(crate) inputs: Option<Value>,
    pub(crate) gate: Option<Gate>,
    pub(crate) sealed: Option<Vec<u8>>,
}

impl Given {
    /// Undoes the masks; 410 where the history has not kept it.
    pub(crate) fn to(origin: &Origin, state: &ApiState) -> Result<Self, Problem> {
        if is_gone(origin) {
            return Err(Problem::because(
                kind::PAYLOAD_GONE,
                "What the execution was given is not kept any more: the history keeps payloads for as long as \
                 `retention` says.",
            ));
        }
        let (mut head, mut inputs) = (origin.event.clone(), origin.inputs.clone());
        let mut bytes = origin.body.clone().map(Bytes::from);
        let mut raw = bytes.as_deref().map_or(Value::Null, parse_body);
        if let Some(sealed) = origin.sealed.clone() {
            let concealed = state.open_sealed(origin.id, sealed)?;
            if let Some(head) = &mut head {
                concealed.reveal_event(head, &mut raw);
                bytes = None;
            }
            if let Some(inputs) = &mut inputs {
                concealed.reveal_inputs(inputs);
            }
        }
        Ok(Self { head, raw, bytes, inputs })
    }

    /// Masks it for the execution `id` of a version of the workflow.
    pub(crate) fn store(
        mut self,
        origin: &Origin,
        (row, version, workflow): (&WorkflowRow, Version, &Workflow),
        (id, now): (ExecutionId, Timestamp),
        state: &ApiState,
    ) -> Result<Stored, Problem> {
        let gate = Gate::of(workflow, || {
            let event = self.head.clone().map(|head| HeldEvent { head, raw: self.raw.clone() });
            let mut scope = Scope::new();
            scope.set_now(now);
            scope.set_event(event.map(Arc::new));
            scope.set("inputs", self.inputs.as_ref().unwrap_or(&json!({})));
            scope.set("trigger", &json!({ "id": origin.trigger_id, "kind": origin.trigger_kind }));
            scope.set("workflow", &json!({ "name": row.name, "version": version }));
            scope
        });
        let (event, inputs) = (self.head.as_mut().map(|head| (head, &mut self.raw)), self.inputs.as_mut());
        let concealed = conceal(&workflow.mask, event, inputs);
        let raw = match self.bytes {
            Some(bytes) if concealed.is_none() => Some(bytes),
            _ => (!self.raw.is_null()).then(|| Bytes::from(body_bytes(&self.raw))),
        };
        let sealed = concealed.map(|concealed| state.seal(id, &concealed)).transpose()?;
        Ok(Stored { head: self.head, raw, inputs: self.inputs, gate, sealed })
    }
}

/// Whether the history has not kept what the execution was given.
fn is_gone(origin: &Origin) -> bool {
    let Some(head) = &origin.event else {
        // A child has inputs, and all others have an event.
        return origin.trigger_kind != "workflow" || origin.inputs.is_none();
    };
    let lies_in_body = |part: &Part| matches!(part, Part::At(_));
    let has_body = origin.delivery_id.is_some() || lies_in_body(&head.data) || lies_in_body(&head.previous);
    has_body && origin.body.is_none()
}
