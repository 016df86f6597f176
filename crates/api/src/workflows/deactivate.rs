//! `POST /workflows/{name}/deactivate`: switches a workflow off. Nothing happens where it is off already.

use axum::Json;
use axum::extract::State;
use bellhop_workflow::ids::WorkflowName;

use super::lifecycle_problem::lifecycle_problem;
use super::shape::Workflow;
use crate::extract::{PathOf, Writer};
use crate::problem::Problem;
use crate::state::ApiState;

/// Answers with the workflow, or with the vendor's own error.
#[utoipa::path(
    post,
    path = "/api/v1/workflows/{name}/deactivate",
    tag = "Workflows",
    operation_id = "deactivate_workflow",
    summary = "Switch a workflow off",
    params(PathOf<WorkflowName>),
    responses(
        (status = 200, body = Workflow, description = "The workflow, with its registrations"),
        (status = 404, description = "There is no such workflow"),
        (status = 409, description = "Something else changed it at the same time, or has its path"),
        (status = 422, description = "It has mistakes, or needs a credential that is not there"),
        (status = 502, description = "A vendor has not done what it was asked; `vendor` has its words"),
    ),
)]
pub(crate) async fn deactivate(
    caller: Writer,
    State(state): State<ApiState>,
    PathOf(name): PathOf<WorkflowName>,
) -> Result<Json<Workflow>, Problem> {
    caller.for_workflow(&name)?;
    match state.lifecycle.by(caller.author()).deactivate(&name).await {
        Ok(_) => Workflow::load(&state, &name).await.map(Json),
        Err(error) => Err(lifecycle_problem(&state, &name, error).await),
    }
}
