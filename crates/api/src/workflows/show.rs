//! `GET /workflows/{name}`: one workflow, with its YAML, triggers and registrations.

use axum::Json;
use axum::extract::State;
use bellhop_workflow::ids::WorkflowName;

use super::shape::Workflow;
use crate::extract::{Operator, PathOf};
use crate::problem::Problem;
use crate::state::ApiState;

/// Answers with the workflow.
#[utoipa::path(
    get,
    path = "/api/v1/workflows/{name}",
    tag = "Workflows",
    operation_id = "show_workflow",
    summary = "Show a workflow",
    params(PathOf<WorkflowName>),
    responses(
        (status = 200, body = Workflow, description = "The workflow"),
        (status = 404, description = "There is no such workflow"),
    ),
)]
pub(crate) async fn show(
    _: Operator,
    State(state): State<ApiState>,
    PathOf(name): PathOf<WorkflowName>,
) -> Result<Json<Workflow>, Problem> {
    Workflow::load(&state, &name).await.map(Json)
}
