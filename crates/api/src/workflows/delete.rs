//! `DELETE /workflows/{name}`: deletes a workflow, and switches it off first. Its history stays.

use axum::extract::State;
use bellhop_workflow::ids::WorkflowName;
use http::StatusCode;

use super::etag::expected;
use super::lifecycle_problem::lifecycle_problem;
use crate::extract::{Conditions, PathOf, Writer};
use crate::openapi::IfMatch;
use crate::problem::Problem;
use crate::state::ApiState;

/// Answers 204; 412 where `If-Match` is for another version.
#[utoipa::path(
    delete,
    path = "/api/v1/workflows/{name}",
    tag = "Workflows",
    operation_id = "delete_workflow",
    summary = "Delete a workflow",
    params(PathOf<WorkflowName>, IfMatch),
    responses(
        (status = 204, description = "It is gone; its history stays"),
        (status = 404, description = "There is no such workflow"),
        (status = 409, description = "Something else changed it at the same time"),
        (status = 412, description = "It has another version than `If-Match` names; nothing is done"),
        (status = 422, description = "A credential that is needed for it is not there"),
        (status = 502, description = "A vendor has not deleted its registrations"),
    ),
)]
pub(crate) async fn delete(
    caller: Writer,
    State(state): State<ApiState>,
    PathOf(name): PathOf<WorkflowName>,
    conditions: Conditions,
) -> Result<StatusCode, Problem> {
    caller.for_workflow(&name)?;
    let expected = expected(conditions.if_match.as_ref());
    match state.lifecycle.by(caller.author()).delete_expected(&name, expected).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(error) => Err(lifecycle_problem(&state, &name, error).await),
    }
}
