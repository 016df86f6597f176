//! Executions: how they begin, how they end, and the history.

mod cancel;
mod conceal;
mod filter;
mod gate;
mod intake;
mod list;
mod origin;
mod outcome;
mod prune;
mod read;

use bellhop_workflow::event::{Event, EventHead, HeldEvent, parse_body};
use bellhop_workflow::execution::{ExecutionError, ExecutionStatus};
use bellhop_workflow::ids::{DeliveryId, ExecutionId, TriggerId, Version, WorkflowId, WorkflowName};
use bellhop_workflow::journal::StepRecord;
use bellhop_workflow::time::Timestamp;
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

pub use self::cancel::{CancelOutcome, CancelledBy};
pub use self::conceal::{ConcealError, seal_concealed, seal_context};
pub use self::filter::ExecutionFilter;
pub use self::gate::Gate;
pub use self::intake::{Intake, NewExecution, Recorded};
pub use self::origin::Origin;
pub use self::outcome::{Ending, FinishedExecution, SuspendedExecution};
pub use self::prune::Pruned;
use crate::error::StoreError;
use crate::json;
use crate::packed::unpack_option;

/// The step of another execution that started one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parent {
    /// That execution.
    pub execution: ExecutionId,
    /// The step's path there.
    pub path: String,
}

impl Parent {
    pub(crate) fn from_columns(execution: Option<Uuid>, path: Option<String>) -> Option<Self> {
        Some(Self { execution: ExecutionId::from_uuid(execution?), path: path? })
    }
}

/// An execution in the history.
#[derive(Debug, Clone, PartialEq)]
pub struct ExecutionRow {
    /// Its id.
    pub id: ExecutionId,
    /// Whose execution it is.
    pub workflow_id: WorkflowId,
    /// What that workflow is called.
    pub workflow: WorkflowName,
    /// The version that it runs.
    pub version: Version,
    /// Where it stands.
    pub status: ExecutionStatus,
    /// The trigger that started it.
    pub trigger_id: Option<TriggerId>,
    /// That trigger's kind, `manual` where it was started by hand.
    pub trigger_kind: String,
    /// The delivery that started it.
    pub delivery_id: Option<DeliveryId>,
    /// What happened. In a list, an event whose body is longer than 64 KiB comes without what the body holds.
    pub event: Option<Event>,
    /// What it was given by hand.
    pub inputs: Option<Value>,
    /// What it gave.
    pub output: Option<Value>,
    /// Why it failed.
    pub error: Option<ExecutionError>,
    /// The execution that it repeats.
    pub retry_of: Option<ExecutionId>,
    /// 1, and one more than the execution that it repeats.
    pub attempt: u32,
    /// The delivery that it replays.
    pub replay_of: Option<DeliveryId>,
    /// The step that started it.
    pub parent: Option<Parent>,
    /// When it was recorded.
    pub created_at: Timestamp,
    /// When a node first claimed it.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Where each of its steps stands, in the order they began; always empty in a list.
    pub steps: Vec<StepRecord>,
}

/// The columns of `executions` with the workflow's name and the event's body.
#[derive(Debug, FromRow)]
struct ExecutionColumns {
    id: Uuid,
    workflow_id: Uuid,
    workflow: String,
    version: i64,
    status: String,
    trigger_id: Option<String>,
    trigger_kind: String,
    delivery_id: Option<Uuid>,
    event: Option<String>,
    inputs: Option<String>,
    output: Option<String>,
    error: Option<String>,
    retry_of: Option<Uuid>,
    attempt: i64,
    replay_of: Option<Uuid>,
    parent_id: Option<Uuid>,
    parent_path: Option<String>,
    created_at: i64,
    started_at: Option<i64>,
    finished_at: Option<i64>,
    body: Option<Vec<u8>>,
}

impl ExecutionColumns {
    /// `longest` bodies are those that it comes with.
    fn into_row(self, longest: usize, steps: Vec<StepRecord>) -> Result<ExecutionRow, StoreError> {
        let body = unpack_option("event", self.body)?.filter(|body| body.len() <= longest);
        Ok(ExecutionRow {
            id: ExecutionId::from_uuid(self.id),
            workflow_id: WorkflowId::from_uuid(self.workflow_id),
            workflow: WorkflowName::new(self.workflow),
            version: Version(self.version),
            status: self.status.parse().map_err(|_| StoreError::Corrupt { what: "execution status" })?,
            trigger_id: self.trigger_id.map(TriggerId::new),
            trigger_kind: self.trigger_kind,
            delivery_id: self.delivery_id.map(DeliveryId::from_uuid),
            event: event(self.event.as_deref(), body.as_deref())?.map(HeldEvent::into_event),
            inputs: json::from_text_option("execution inputs", self.inputs.as_deref())?,
            output: json::from_text_option("execution output", self.output.as_deref())?,
            error: json::from_text_option("execution error", self.error.as_deref())?,
            retry_of: self.retry_of.map(ExecutionId::from_uuid),
            attempt: attempt(self.attempt)?,
            replay_of: self.replay_of.map(DeliveryId::from_uuid),
            parent: Parent::from_columns(self.parent_id, self.parent_path),
            created_at: Timestamp::from_micros(self.created_at),
            started_at: self.started_at.map(Timestamp::from_micros),
            finished_at: self.finished_at.map(Timestamp::from_micros),
            steps,
        })
    }
}

/// The event from its head and the body that lies beside it.
pub(crate) fn event(head: Option<&str>, body: Option<&[u8]>) -> Result<Option<HeldEvent>, StoreError> {
    let head: Option<EventHead> = json::from_text_option("event", head)?;
    Ok(head.map(|head| HeldEvent { head, raw: body.map(parse_body).unwrap_or_default() }))
}

pub(crate) fn attempt(stored: i64) -> Result<u32, StoreError> {
    u32::try_from(stored).map_err(|_| StoreError::Corrupt { what: "execution attempt" })
}
