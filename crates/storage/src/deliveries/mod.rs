//! Deliveries: every request that reached an inbound URL, and what became of it.

mod list;
mod read;

use std::fmt;
use std::str::FromStr;

use bellhop_workflow::ids::{DeliveryId, ExecutionId, HookId, WorkflowId, WorkflowName};
use bellhop_workflow::time::Timestamp;
use bytes::Bytes;
use sqlx::FromRow;
use uuid::Uuid;

pub use self::list::DeliveryFilter;
use crate::error::StoreError;
use crate::json;
use crate::packed::unpack_option;

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It started an execution.
    Accepted,
    /// Its event had started one before.
    Duplicate,
    /// Genuine, but not what the trigger's `where` asks for.
    Filtered,
    /// Refused.
    Rejected,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Accepted, Self::Duplicate, Self::Filtered, Self::Rejected];

    /// The word in REST, CLI and database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::Filtered => "filtered",
            Self::Rejected => "rejected",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word is none of the outcomes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an outcome")]
pub struct UnknownOutcome(String);

impl FromStr for Outcome {
    type Err = UnknownOutcome;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.as_str() == word)
            .ok_or_else(|| UnknownOutcome(word.to_owned()))
    }
}

/// A delivery that has just come in.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// Where it came in, whether or not anything answers there.
    pub hook_id: HookId,
    /// Whose hook that is.
    pub workflow_id: Option<WorkflowId>,
    /// What becomes of it. An `Accepted` one turns into a `Duplicate` where its event had started one before.
    pub outcome: Outcome,
    /// Why it was filtered or rejected, as a stable word.
    pub reason: Option<String>,
    /// The vendor's id for the event, where it was read.
    pub event_id: Option<String>,
    /// `<object_type>.<action>`, where it was read.
    pub event_type: Option<String>,
    /// When it arrived.
    pub received_at: Timestamp,
    /// The body's length in bytes.
    pub size: u64,
    /// The headers in the order they came. The caller leaves out those that carry secrets.
    pub headers: Vec<(String, String)>,
    /// The body, stored where the outcome is `Accepted`, and where it is `Filtered` and there is one.
    pub body: Bytes,
}

/// A delivery in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Its id.
    pub id: DeliveryId,
    /// Where it came in.
    pub hook_id: HookId,
    /// Whose hook that was.
    pub workflow_id: Option<WorkflowId>,
    /// What that workflow is called.
    pub workflow: Option<WorkflowName>,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it started nothing: filtered, rejected, or a duplicate.
    pub reason: Option<String>,
    /// The vendor's id for the event.
    pub event_id: Option<String>,
    /// `<object_type>.<action>`.
    pub event_type: Option<String>,
    /// When it arrived.
    pub received_at: Timestamp,
    /// The body's length in bytes.
    pub size: u64,
    /// The headers in the order they came.
    pub headers: Vec<(String, String)>,
    /// The body byte for byte, where it was accepted or filtered, and kept; never in a list.
    pub body: Option<Vec<u8>>,
    /// The executions that it started.
    pub execution_ids: Vec<ExecutionId>,
}

#[derive(Debug, FromRow)]
struct DeliveryColumns {
    id: Uuid,
    hook_id: String,
    workflow_id: Option<Uuid>,
    workflow: Option<String>,
    outcome: String,
    reason: Option<String>,
    event_id: Option<String>,
    event_type: Option<String>,
    received_at: i64,
    size: i64,
    headers: String,
    body: Option<Vec<u8>>,
}

impl DeliveryColumns {
    fn into_row(self, execution_ids: Vec<ExecutionId>) -> Result<DeliveryRow, StoreError> {
        Ok(DeliveryRow {
            id: DeliveryId::from_uuid(self.id),
            hook_id: HookId::new(self.hook_id),
            workflow_id: self.workflow_id.map(WorkflowId::from_uuid),
            workflow: self.workflow.map(WorkflowName::new),
            outcome: self.outcome.parse().map_err(|_| StoreError::Corrupt { what: "delivery outcome" })?,
            reason: self.reason,
            event_id: self.event_id,
            event_type: self.event_type,
            received_at: Timestamp::from_micros(self.received_at),
            size: u64::try_from(self.size).map_err(|_| StoreError::Corrupt { what: "delivery size" })?,
            headers: json::from_text("delivery headers", &self.headers)?,
            body: unpack_option("delivery body", self.body)?,
            execution_ids,
        })
    }
}
