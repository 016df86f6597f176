//! `POST /executions/{id}/steps/{step}/resume`: an operator resumes a waiting step.

use axum::Json;
use axum::extract::{RawPathParams, State};
use bellhop_storage::{Action, Subject};
use bellhop_workflow::ids::ExecutionId;
use serde_json::json;

use super::payload::Payload;
use super::place::place;
use super::{Taken, refusal};
use crate::audit::note;
use crate::executions::seen::seen;
use crate::extract::{PathOf, Writer};
use crate::problem::Problem;
use crate::state::ApiState;
use crate::workflows::stored;

/// Answers once it is durable. The step is given by its id, or by its path where it waits in several places.
#[utoipa::path(
    post,
    path = "/api/v1/executions/{id}/steps/{step}/resume",
    tag = "Executions",
    operation_id = "resume_step",
    summary = "Resume a step that waits",
    params(PathOf<ExecutionId>, ("step" = String, Path, description = "The step's id, or its path with `/` as `%2F`", example = "approval")),
    request_body(content((Value = "application/json", example = json!({"approved": true})), (Value = "application/x-www-form-urlencoded", example = json!({"approved": "true"}))), description = "What the step gives; may be left out"),
    responses(
        (status = 200, body = Taken, description = "It counts, and is on disk"),
        (status = 404, description = "There is no such execution or step"),
        (status = 409, description = "Another call came first, or it waits in several places"),
        (status = 410, description = "Nothing waits for it any more"),
        (status = 422, description = "The step does not wait"),
    ),
)]
pub(crate) async fn resume(
    caller: Writer,
    State(state): State<ApiState>,
    PathOf(id): PathOf<ExecutionId>,
    parameters: RawPathParams,
    Payload(payload): Payload,
) -> Result<Json<Taken>, Problem> {
    let step = parameters.iter().find(|(name, _)| *name == "step").map_or("", |(_, step)| step);
    let row = seen(&state, &caller, id).await?;
    let version = stored::version(&state.store, row.workflow_id, row.version).await?;
    let workflow = version.and_then(|version| stored::parse(&version.yaml).ok());
    let path = place(step, workflow.as_ref(), &row.steps)?;
    let outcome = state.store.resume(id, &path, &payload, state.clock.now()).await?;
    if let Some(problem) = refusal(outcome) {
        return Err(problem);
    }
    note(&state, &caller, Action::Resume, Subject::Execution(id), json!({ "step": path })).await;
    Ok(Json(Taken::new(id, path)))
}
