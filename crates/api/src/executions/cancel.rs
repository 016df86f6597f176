//! `POST /executions/{id}/cancel`: an operator ends an execution.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bellhop_storage::{Action, CancelOutcome, CancelledBy, Subject};
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::ExecutionId;
use http::StatusCode;
use serde_json::json;

use super::seen::may_be_seen;
use super::shape::Execution;
use super::wait::{Wait, finished_or};
use crate::audit::note;
use crate::extract::{PathOf, Query, Writer};
use crate::problem::{Problem, kind};
use crate::state::ApiState;

/// Answers 200 with the cancelled execution, also where it was cancelled before. One that a node runs is asked to stop,
/// which is durable: 202, unless it has ended within `?wait=`.
#[utoipa::path(
    post,
    path = "/api/v1/executions/{id}/cancel",
    tag = "Executions",
    operation_id = "cancel_execution",
    summary = "End an execution",
    params(PathOf<ExecutionId>, Query<Wait>),
    responses(
        (status = 200, body = Execution, description = "It is cancelled"),
        (status = 202, body = Execution, description = "It runs, and is asked to stop"),
        (status = 404, description = "There is no such execution"),
        (status = 409, description = "It has ended otherwise"),
    ),
)]
pub(crate) async fn cancel(
    caller: Writer,
    State(state): State<ApiState>,
    PathOf(id): PathOf<ExecutionId>,
    Query(wait): Query<Wait>,
) -> Result<Response, Problem> {
    may_be_seen(&state, &caller, id).await?;
    match state.store.cancel(id, CancelledBy::Operator, state.clock.now()).await? {
        CancelOutcome::Unknown => return Err(Problem::not_found("execution", id)),
        CancelOutcome::Ended(ExecutionStatus::Cancelled) => {}
        CancelOutcome::Cancelled | CancelOutcome::Asked => {
            let after = json!({ "status": ExecutionStatus::Cancelled.as_str() });
            note(&state, &caller, Action::Cancel, Subject::Execution(id), after).await;
        }
        CancelOutcome::Ended(status) => return Err(ended(status)),
    }
    let row = finished_or(&state.store, id, wait).await?;
    let status = match row.status {
        ExecutionStatus::Cancelled => StatusCode::OK,
        // It came to its end before it could be stopped.
        ended @ (ExecutionStatus::Succeeded | ExecutionStatus::Failed) => return Err(self::ended(ended)),
        ExecutionStatus::Queued | ExecutionStatus::Running | ExecutionStatus::Waiting => StatusCode::ACCEPTED,
    };
    let retries = state.store.retries_of(id).await?;
    Ok((status, Json(Execution::with_steps(row, retries))).into_response())
}

fn ended(status: ExecutionStatus) -> Problem {
    Problem::because(kind::EXECUTION_ENDED, format!("It has {status}, so that there is nothing to cancel."))
}
