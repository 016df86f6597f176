//! The events of one execution: how it stands, and its steps.

use axum::response::sse::Event;
use bellhop_storage::{ExecutionRow, ExecutionStanding, StoreError};
use bellhop_workflow::ids::{ExecutionId, WorkflowName};
use bellhop_workflow::journal::StepRecord;
use serde::Serialize;
use utoipa::ToSchema;

use crate::executions::shape::{Execution, Step};

/// A step that has changed, and whose it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StepChange {
    execution: ExecutionId,
    workflow: WorkflowName,
    #[serde(flatten)]
    step: Step,
}

/// How an execution stands, as the list has it.
pub(super) fn execution(row: ExecutionRow, id: &impl ToString) -> Result<Event, StoreError> {
    event("execution", &Execution::without_steps(row), id)
}

/// How a step stands, as the single form has it.
pub(super) fn step(
    of: &ExecutionStanding,
    record: StepRecord,
    id: &impl ToString,
) -> Result<Event, StoreError> {
    let (execution, workflow) = (of.id, of.workflow.clone());
    event("step", &StepChange { execution, workflow, step: Step::from(record) }, id)
}

fn event(name: &str, data: &impl Serialize, id: &impl ToString) -> Result<Event, StoreError> {
    let data = serde_json::to_string(data).map_err(|_| StoreError::Corrupt { what: "event" })?;
    Ok(Event::default().event(name).id(id.to_string()).data(data))
}
