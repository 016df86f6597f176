//! `GET /executions/stream`: all executions as they go, or those of a workflow, or each that comes to a status.

use axum::extract::State;
use axum::response::Response;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::WorkflowName;

use super::LastEventId;
use super::follow::Follow;
use super::source::answer;
use crate::extract::{FromParameters, Parameters, Query, Reader, listed};
use crate::problem::Problem;
use crate::state::ApiState;

/// Which executions are told of.
#[derive(Debug, Clone)]
pub(crate) struct Which {
    workflow: Option<WorkflowName>,
    /// The only workflows that the reader's token is for.
    among: Option<Vec<WorkflowName>>,
    /// Where it is given, only that an execution has come to it is told, and nothing of its steps.
    pub(super) status: Option<ExecutionStatus>,
}

impl FromParameters for Which {
    const NAMES: &'static [&'static str] = &["workflow", "status"];

    fn read(parameters: &Parameters) -> Result<Self, Problem> {
        let statuses = format!("one of {}", listed(&ExecutionStatus::ALL.map(ExecutionStatus::as_str)));
        Ok(Self {
            workflow: parameters.text("workflow").map(WorkflowName::new),
            among: None,
            status: parameters.value("status", |text| text.parse().ok(), statuses)?,
        })
    }
}

impl Which {
    /// Whether anything of that workflow's executions is told.
    pub(super) fn are_of(&self, workflow: &WorkflowName) -> bool {
        self.workflow.as_ref().is_none_or(|wanted| wanted == workflow)
            && self.among.as_ref().is_none_or(|names| names.contains(workflow))
    }
}

/// Sends what changes from now on; who has had a stream before, also what has changed since its last event.
#[utoipa::path(
    get,
    path = "/api/v1/executions/stream",
    tag = "Executions",
    operation_id = "follow_executions",
    summary = "Follow executions as they change",
    params(Query<Which>, LastEventId),
    responses(
        (status = 200, body = String, content_type = "text/event-stream", description = "Events `execution` and `step`, for as long as somebody reads", example = json!("event: execution\nid: 1772442014000000\ndata: {…}\n\n")),
        (status = 429, description = "Too many streams are open, or too many wrong tokens came from this address"),
    ),
)]
pub(crate) async fn stream(
    caller: Reader,
    State(state): State<ApiState>,
    Query(mut which): Query<Which>,
    LastEventId(last): LastEventId,
) -> Result<Response, Problem> {
    caller.narrow(&mut which.workflow, &mut which.among)?;
    let last = last.and_then(|last| last.parse().ok());
    // Before the answer begins: what happens once its reader knows that the stream is there is told.
    let follow = Follow::begin(state.store.clone(), state.clock.clone(), which, last).await?;
    answer(&state, &caller, follow)
}
