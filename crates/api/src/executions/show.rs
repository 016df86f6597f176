//! `GET /executions/{id}`: one execution, with its event and its steps.

use axum::Json;
use axum::extract::State;
use bellhop_workflow::ids::ExecutionId;

use super::seen::seen;
use super::shape::Execution;
use crate::extract::{PathOf, Reader};
use crate::problem::Problem;
use crate::state::ApiState;

/// Answers with the execution.
#[utoipa::path(
    get,
    path = "/api/v1/executions/{id}",
    tag = "Executions",
    operation_id = "show_execution",
    summary = "Show an execution with its steps",
    params(PathOf<ExecutionId>),
    responses(
        (status = 200, body = Execution, description = "The execution"),
        (status = 404, description = "There is no such execution"),
    ),
)]
pub(crate) async fn show(
    caller: Reader,
    State(state): State<ApiState>,
    PathOf(id): PathOf<ExecutionId>,
) -> Result<Json<Execution>, Problem> {
    let row = seen(&state, &caller, id).await?;
    let retries = state.store.retries_of(id).await?;
    Ok(Json(Execution::with_steps(row, retries)))
}
