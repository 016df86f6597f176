//! `DELETE /workflows/{name}`: deletes a workflow, and switches it off first. Its history stays.

use axum::extract::State;
use bellhop_workflow::ids::WorkflowName;
use http::StatusCode;

use super::lifecycle_problem::lifecycle_problem;
use crate::extract::{Operator, PathOf};
use crate::problem::Problem;
use crate::state::ApiState;

/// Answers 204.
#[utoipa::path(
    delete,
    path = "/api/v1/workflows/{name}",
    tag = "Workflows",
    operation_id = "delete_workflow",
    summary = "Delete a workflow",
    params(PathOf<WorkflowName>),
    responses(
        (status = 204, description = "It is gone; its history stays"),
        (status = 404, description = "There is no such workflow"),
        (status = 409, description = "Something else changed it at the same time"),
        (status = 422, description = "A credential that is needed for it is not there"),
        (status = 502, description = "A vendor has not deleted its registrations"),
    ),
)]
pub(crate) async fn delete(
    _: Operator,
    State(state): State<ApiState>,
    PathOf(name): PathOf<WorkflowName>,
) -> Result<StatusCode, Problem> {
    match state.lifecycle.delete(&name).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(error) => Err(lifecycle_problem(&state, &name, error).await),
    }
}
