//! `POST /executions/{id}/retry`: an operator has an execution run again, as a new one.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bellhop_storage::{Action, Intake, NewExecution, Origin, Subject, WorkflowRow};
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::{ExecutionId, Version};
use bellhop_workflow::journal::StepRecord;
use bellhop_workflow::model::Workflow;
use bellhop_workflow::rerun::{Point, RerunError, take_over};
use http::StatusCode;
use http::header::LOCATION;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::repeat::{Given, Stored};
use super::seen::may_be_seen;
use super::shape::Execution;
use super::wait::{Wait, finished_or};
use crate::audit::note;
use crate::extract::{OptionalJsonBody, PathOf, Query, Writer};
use crate::problem::{Problem, kind};
use crate::state::ApiState;
use crate::workflows::stored;

/// From where it runs again, and as which version.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Retry {
    /// `failed`, `start`, or the id or path of a step.
    #[schema(example = "failed")]
    from: String,
    version: Which,
}

impl Default for Retry {
    fn default() -> Self {
        Self { from: "failed".to_owned(), version: Which::Same }
    }
}

/// Which version of the workflow runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = WhichVersion)]
enum Which {
    /// The one that the execution ran.
    Same,
    /// Today's.
    Latest,
}

impl From<RerunError> for Problem {
    fn from(error: RerunError) -> Self {
        let words = error.to_string();
        let mut letters = words.chars();
        let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
        Self::because(kind::CANNOT_BEGIN_THERE, format!("{first}{}.", letters.as_str()))
    }
}

/// Answers 202 with the new execution, queued; with `?wait=` 200 with the finished one, or 202 where it still runs then.
#[utoipa::path(
    post,
    path = "/api/v1/executions/{id}/retry",
    tag = "Executions",
    operation_id = "retry_execution",
    summary = "Run an execution again, as a new one",
    params(PathOf<ExecutionId>, Query<Wait>),
    request_body(content = Retry, description = "From where, and as which version; may be left out"),
    responses(
        (status = 202, body = Execution, description = "The new one is recorded", headers(("Location" = String, description = "Where it is"))),
        (status = 200, body = Execution, description = "The new one has ended within `wait`", headers(("Location" = String, description = "Where it is"))),
        (status = 404, description = "There is no such execution"),
        (status = 409, description = "It has not ended, or nothing of it has failed"),
        (status = 410, description = "What it would take is not kept any more"),
        (status = 422, description = "It cannot begin there"),
    ),
)]
pub(crate) async fn retry(
    caller: Writer,
    State(state): State<ApiState>,
    PathOf(id): PathOf<ExecutionId>,
    Query(wait): Query<Wait>,
    OptionalJsonBody(asked): OptionalJsonBody<Retry>,
) -> Result<Response, Problem> {
    may_be_seen(&state, &caller, id).await?;
    let asked = asked.unwrap_or_default();
    let origin = state.store.origin(id).await?.ok_or_else(|| Problem::not_found("execution", id))?;
    if !origin.status.is_final() {
        let detail = format!("It is {}: cancel it first, or wait for its end.", origin.status);
        return Err(Problem::because(kind::EXECUTION_UNFINISHED, detail));
    }
    let execution = new_execution(&state, origin, &asked).await?;
    let new = execution.id;
    state.store.record(Intake { parsed: None, delivery: None, execution: Some(execution) }).await?;

    note(&state, &caller, Action::Retry, Subject::Execution(id), json!({ "execution": new })).await;
    let row = finished_or(&state.store, new, wait).await?;
    let status = if row.status.is_final() { StatusCode::OK } else { StatusCode::ACCEPTED };
    let location = [(LOCATION, format!("/api/v1/executions/{new}"))];
    Ok((status, location, Json(Execution::with_steps(row, Vec::new()))).into_response())
}

async fn new_execution(state: &ApiState, origin: Origin, asked: &Retry) -> Result<NewExecution, Problem> {
    let row = state.store.workflow_by_id(origin.workflow_id).await?;
    let row =
        row.ok_or_else(|| Problem::because(kind::WORKFLOW_GONE, "The workflow was deleted meanwhile."))?;
    let version = match asked.version {
        Which::Same => origin.version,
        Which::Latest => row.version,
    };
    let workflow = version_of(state, &row, version).await?;
    let given = Given::to(&origin, state)?;
    let steps = steps(state, &origin, asked, (&row, version, &workflow)).await?;
    let now = state.clock.now();
    let id = ExecutionId::generate(now);
    let steps =
        steps.into_iter().map(|step| resealed(state, step, origin.id, id)).collect::<Result<_, _>>()?;
    let Stored { head, raw, inputs, gate, sealed } =
        given.store(&origin, (&row, version, &workflow), (id, now), state)?;
    Ok(NewExecution {
        // Of its own: that of the first one ended with it.
        trace: None,
        id,
        workflow_id: row.id,
        version,
        trigger_id: origin.trigger_id,
        trigger_kind: origin.trigger_kind,
        // The event has started one before, and is to start another.
        dedup_key: None,
        event: head,
        raw,
        inputs,
        retry_of: Some(origin.id),
        attempt: origin.attempt.saturating_add(1),
        replay_of: None,
        created_at: now,
        // Whoever waited for the first one has seen its end.
        parent: None,
        gate,
        sealed,
        steps,
    })
}

async fn version_of(state: &ApiState, row: &WorkflowRow, version: Version) -> Result<Workflow, Problem> {
    let stored = stored::version(&state.store, row.id, version).await?;
    let stored = stored.ok_or_else(|| {
        let detail = format!("Version {version} of `{}` is not there any more.", row.name);
        Problem::because(kind::WORKFLOW_GONE, detail)
    })?;
    stored::parse(&stored.yaml).map_err(Problem::invalid_workflow)
}

/// The records that it takes over.
async fn steps(
    state: &ApiState,
    origin: &Origin,
    asked: &Retry,
    (row, version, workflow): (&WorkflowRow, Version, &Workflow),
) -> Result<Vec<StepRecord>, Problem> {
    let point = match asked.from.as_str() {
        "start" => return Ok(Vec::new()),
        "failed" if origin.status == ExecutionStatus::Succeeded => {
            return Err(Problem::new(kind::NOTHING_FAILED));
        }
        "failed" => Point::Failed,
        step => Point::Step(step),
    };
    let taken = take_over(workflow, &origin.steps, point)?;
    if version == origin.version {
        return Ok(taken);
    }
    let before = version_of(state, row, origin.version).await?;
    let as_before = take_over(&before, &origin.steps, point)?;
    if taken != as_before {
        let after = |steps: &[StepRecord]| steps.last().map(|step| step.path.clone());
        let differs = after(&taken)
            .map_or_else(|| "from their first step on".to_owned(), |path| format!("after `{path}`"));
        let detail = format!(
            "The steps before that place are not the same in version {version} as in version {}: they differ \
             {differs}. Begin with `start`, or run the same version.",
            origin.version
        );
        return Err(Problem::because(kind::CANNOT_BEGIN_THERE, detail));
    }
    if !taken.is_empty() && before.mask != workflow.mask {
        let detail = format!(
            "What version {version} masks is not what version {} did, whose steps it would take over. Begin with \
             `start`, or run the same version.",
            origin.version
        );
        return Err(Problem::because(kind::CANNOT_BEGIN_THERE, detail));
    }
    Ok(taken)
}

/// The record with what was masked of its output sealed for the new execution.
fn resealed(
    state: &ApiState,
    mut step: StepRecord,
    from: ExecutionId,
    to: ExecutionId,
) -> Result<StepRecord, Problem> {
    if let Some(sealed) = step.sealed.take() {
        let sealed = STANDARD.decode(sealed).map_err(Problem::internal)?;
        step.sealed = Some(STANDARD.encode(state.reseal(from, to, sealed)?));
    }
    Ok(step)
}
