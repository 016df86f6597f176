//! `DELETE /workflows/{name}`: deletes a workflow, and switches it off first. Its history stays.

use axum::extract::State;
use bellhop_workflow::ids::WorkflowName;
use http::StatusCode;

use super::lifecycle_problem::lifecycle_problem;
use crate::extract::{Operator, PathOf};
use crate::problem::Problem;
use crate::state::ApiState;

/// Answers 204.
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
