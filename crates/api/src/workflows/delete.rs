//! `DELETE /workflows/{name}`: deletes a workflow, and switches it off first. Its history stays.

use axum::extract::State;
use bellhop_workflow::ids::WorkflowName;
use http::StatusCode;

use super::etag::expected;
use super::lifecycle_problem::lifecycle_problem;
use crate::extract::{Conditions, PathOf, Writer};
use crate::problem::Problem;
use crate::state::ApiState;

/// Answers 204; 412 where `If-Match` is for another version.
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
