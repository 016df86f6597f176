//! A delivery as clients see it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bellhop_storage::DeliveryRow;
use bellhop_workflow::ids::{DeliveryId, ExecutionId, HookId, WorkflowName};
use bellhop_workflow::time::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// One delivery, as a list has it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Delivery {
    id: DeliveryId,
    hook_id: HookId,
    workflow: Option<WorkflowName>,
    #[schema(example = "accepted")]
    outcome: &'static str,
    reason: Option<String>,
    #[schema(example = "ev_1")]
    event_id: Option<String>,
    #[schema(example = "lead.created")]
    event_type: Option<String>,
    received_at: Timestamp,
    #[schema(example = 412)]
    size: u64,
    execution_ids: Vec<ExecutionId>,
}

/// One delivery with what was sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WholeDelivery {
    #[serde(flatten)]
    delivery: Delivery,
    #[schema(example = json!({ "content-type": "application/json" }))]
    headers: Map<String, Value>,
    /// The body as it was sent, where it is text.
    #[schema(example = "{\"event\":{}}")]
    body: Option<String>,
    /// The body where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    body_base64: Option<String>,
}

impl From<DeliveryRow> for Delivery {
    fn from(row: DeliveryRow) -> Self {
        Self {
            id: row.id,
            hook_id: row.hook_id,
            workflow: row.workflow,
            outcome: row.outcome.as_str(),
            reason: row.reason,
            event_id: row.event_id,
            event_type: row.event_type,
            received_at: row.received_at,
            size: row.size,
            execution_ids: row.execution_ids,
        }
    }
}

impl From<DeliveryRow> for WholeDelivery {
    fn from(mut row: DeliveryRow) -> Self {
        let headers = headers(std::mem::take(&mut row.headers));
        let (body, body_base64) = match row.body.take().map(String::from_utf8) {
            None => (None, None),
            Some(Ok(text)) => (Some(text), None),
            Some(Err(error)) => (None, Some(STANDARD.encode(error.as_bytes()))),
        };
        Self { delivery: row.into(), headers, body, body_base64 }
    }
}

/// The headers by name; one that was sent several times has its values joined, as RFC 9110, 5.3 allows.
fn headers(pairs: Vec<(String, String)>) -> Map<String, Value> {
    let mut headers = Map::new();
    for (name, value) in pairs {
        match headers.get_mut(&name) {
            Some(Value::String(values)) => {
                values.push_str(", ");
                values.push_str(&value);
            }
            _ => {
                headers.insert(name, Value::String(value));
            }
        }
    }
    headers
}
