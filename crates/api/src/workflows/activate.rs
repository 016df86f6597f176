//! `POST /workflows/{name}/activate`: switches a workflow on. Nothing happens where it is on already.

use axum::Json;
use axum::extract::State;
use bellhop_workflow::ids::WorkflowName;

use super::lifecycle_problem::lifecycle_problem;
use super::shape::Workflow;
use crate::extract::{PathOf, Writer};
use crate::problem::Problem;
use crate::state::ApiState;

/// Answers with the workflow and its registrations, or with the vendor's own error.
#[utoipa::path(
    post,
    path = "/api/v1/workflows/{name}/activate",
    tag = "Workflows",
    operation_id = "activate_workflow",
    summary = "Switch a workflow on",
    params(PathOf<WorkflowName>),
    responses(
        (status = 200, body = Workflow, description = "The workflow, with its registrations"),
        (status = 404, description = "There is no such workflow"),
        (status = 409, description = "Something else changed it at the same time, or has its path"),
        (status = 422, description = "It has mistakes, or needs a credential that is not there"),
        (status = 502, description = "A vendor has not done what it was asked; `vendor` has its words"),
    ),
)]
pub(crate) async fn activate(
    caller: Writer,
    State(state): State<ApiState>,
    PathOf(name): PathOf<WorkflowName>,
) -> Result<Json<Workflow>, Problem> {
    caller.for_workflow(&name)?;
    match state.lifecycle.by(caller.author()).activate(&name).await {
        Ok(_) => Workflow::load(&state, &name).await.map(Json),
        Err(error) => Err(lifecycle_problem(&state, &name, error).await),
    }
}
