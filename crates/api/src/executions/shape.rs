//! An execution as clients see it.

use bellhop_storage::ExecutionRow;
use bellhop_workflow::event::Event;
use bellhop_workflow::execution::{ExecutionError, ExecutionStatus};
use bellhop_workflow::ids::{DeliveryId, ExecutionId, StepId, Version, WorkflowName};
use bellhop_workflow::journal::{LogLine, StepError, StepRecord, StepStatus};
use bellhop_workflow::time::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// One execution.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Execution {
    id: ExecutionId,
    workflow: WorkflowName,
    version: Version,
    status: ExecutionStatus,
    /// The trigger's id; its kind where the workflow declares no such trigger.
    #[schema(example = "close")]
    trigger: String,
    #[schema(example = "close")]
    trigger_kind: String,
    delivery_id: Option<DeliveryId>,
    event: Option<Event>,
    inputs: Option<Value>,
    #[schema(example = json!({ "said": "hello" }))]
    output: Option<Value>,
    error: Option<ExecutionError>,
    retry_of: Option<ExecutionId>,
    attempt: u32,
    /// The executions that repeat it, the oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = json!([]))]
    retries: Option<Vec<ExecutionId>>,
    /// The delivery that it replays.
    replay_of: Option<DeliveryId>,
    /// The step that started it.
    parent: Option<ParentStep>,
    created_at: Timestamp,
    started_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<Step>>,
}

/// A step of another execution.
#[derive(Debug, Serialize, ToSchema)]
struct ParentStep {
    execution: ExecutionId,
    /// The step's path.
    #[schema(example = "each/0/call")]
    step: String,
}

/// One of its steps. Everything is always there, so that clients need not ask for what is not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Step {
    id: StepId,
    #[schema(example = "lead")]
    path: String,
    #[schema(example = "close")]
    uses: String,
    status: StepStatus,
    attempts: u32,
    #[schema(example = json!({ "method": "GET", "path": "/lead/lead_1/" }))]
    input: Option<Value>,
    #[schema(example = json!({ "status": 200 }))]
    output: Option<Value>,
    error: Option<StepError>,
    logs: Vec<LogLine>,
    started_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
}

impl Execution {
    /// As a list has it.
    pub(crate) fn without_steps(row: ExecutionRow) -> Self {
        Self {
            id: row.id,
            workflow: row.workflow,
            version: row.version,
            status: row.status,
            trigger: row.trigger_id.map_or_else(|| row.trigger_kind.clone(), |id| id.to_string()),
            trigger_kind: row.trigger_kind,
            delivery_id: row.delivery_id,
            event: row.event,
            inputs: row.inputs,
            output: row.output,
            error: row.error,
            retry_of: row.retry_of,
            attempt: row.attempt,
            retries: None,
            replay_of: row.replay_of,
            parent: row.parent.map(|parent| ParentStep { execution: parent.execution, step: parent.path }),
            created_at: row.created_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
            steps: None,
        }
    }

    /// As the single form has it, with the executions that repeat it.
    pub(crate) fn with_steps(mut row: ExecutionRow, retries: Vec<ExecutionId>) -> Self {
        let steps = std::mem::take(&mut row.steps).into_iter().map(Step::from).collect();
        Self { steps: Some(steps), retries: Some(retries), ..Self::without_steps(row) }
    }
}

impl From<StepRecord> for Step {
    fn from(record: StepRecord) -> Self {
        Self {
            id: record.id,
            path: record.path,
            uses: record.uses,
            status: record.status,
            attempts: record.attempts,
            input: record.input,
            output: record.output,
            error: record.error,
            logs: record.logs,
            started_at: record.started_at,
            finished_at: record.finished_at,
        }
    }
}
