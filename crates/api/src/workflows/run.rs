//! `POST /workflows/{name}/run`: starts a workflow by hand, active or not.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bellhop_storage::{Action, Gate, Intake, NewExecution, Subject, WorkflowRow};
use bellhop_workflow::conceal::conceal;
use bellhop_workflow::diagnostic::Diagnostic;
use bellhop_workflow::event::{HeldEvent, WrongField};
use bellhop_workflow::expression::Scope;
use bellhop_workflow::ids::{ExecutionId, WorkflowName};
use bellhop_workflow::model::{InputMistake, Trigger, TriggerKind, Workflow};
use bytes::Bytes;
use http::header::LOCATION;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::manual_event::{ManualEvent, manual_event};
use super::stored;
use crate::audit::note;
use crate::executions::shape::Execution;
use crate::executions::wait::{Wait, finished_or};
use crate::extract::{OptionalJsonBody, PathOf, Query, Writer};
use crate::ingress::trace;
use crate::problem::{Problem, kind};
use crate::state::ApiState;

/// What the run is given; all of it may be left out.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Run {
    #[schema(example = json!({ "amount": 3 }))]
    inputs: Option<Map<String, Value>>,
    event: Option<Map<String, Value>>,
}

/// Why nothing was started.
#[derive(Debug, thiserror::Error)]
enum NotStarted {
    /// The given event is none.
    #[error("{0}")]
    WrongEvent(WrongField),
    /// The inputs are not what the workflow takes.
    #[error("the inputs are not what the workflow takes")]
    WrongInputs(Vec<InputMistake>),
    /// The stored text is not understood any more.
    #[error("the stored workflow has mistakes")]
    Unreadable(Vec<Diagnostic>),
}

impl From<NotStarted> for Problem {
    fn from(error: NotStarted) -> Self {
        match error {
            NotStarted::WrongEvent(field) => {
                Self::because(kind::INVALID_BODY, format!("The event: {field}."))
            }
            NotStarted::WrongInputs(mistakes) => Self::invalid_inputs(mistakes),
            NotStarted::Unreadable(diagnostics) => Self::invalid_workflow(diagnostics),
        }
    }
}

/// Answers 202 with the queued execution; with `?wait=` 200 with the finished one, or 202 where it still runs then.
#[utoipa::path(
    post,
    path = "/api/v1/workflows/{name}/run",
    tag = "Workflows",
    operation_id = "run_workflow",
    summary = "Start a workflow by hand",
    params(PathOf<WorkflowName>, Query<Wait>),
    request_body(content = Run, description = "What it is given; may be left out"),
    responses(
        (status = 202, body = Execution, description = "It is recorded", headers(("Location" = String, description = "Where it is"))),
        (status = 200, body = Execution, description = "It has ended within `wait`", headers(("Location" = String, description = "Where it is"))),
        (status = 404, description = "There is no such workflow"),
        (status = 422, description = "What it is given is not what it takes"),
    ),
)]
pub(crate) async fn run(
    caller: Writer,
    State(state): State<ApiState>,
    PathOf(name): PathOf<WorkflowName>,
    Query(wait): Query<Wait>,
    headers: HeaderMap,
    OptionalJsonBody(given): OptionalJsonBody<Run>,
) -> Result<Response, Problem> {
    caller.for_workflow(&name)?;
    let row = stored::workflow(&state.store, &name).await?;
    let yaml = stored::newest(&state.store, &row).await?.yaml;
    let workflow = stored::parse(&yaml).map_err(NotStarted::Unreadable)?;
    let execution = NewExecution {
        trace: trace::continued(&headers),
        ..new_execution(&state, &row, &workflow, given.unwrap_or_default())?
    };
    let id = execution.id;
    state.store.record(Intake { parsed: None, delivery: None, execution: Some(execution) }).await?;

    note(&state, &caller, Action::Run, Subject::Workflow(name), json!({ "execution": id })).await;
    let row = finished_or(&state.store, id, wait).await?;
    let status = if row.status.is_final() { StatusCode::OK } else { StatusCode::ACCEPTED };
    let location = [(LOCATION, format!("/api/v1/executions/{id}"))];
    Ok((status, location, Json(Execution::with_steps(row, Vec::new()))).into_response())
}

fn new_execution(
    state: &ApiState,
    row: &WorkflowRow,
    workflow: &Workflow,
    given: Run,
) -> Result<NewExecution, Problem> {
    let now = state.clock.now();
    let id = ExecutionId::generate(now);
    let mut inputs = inputs(workflow, given.inputs).map_err(NotStarted::WrongInputs)?;
    let ManualEvent { mut head, mut raw } =
        manual_event(given.event, workflow, id.to_string(), now).map_err(NotStarted::WrongEvent)?;
    let trigger_id = manual_trigger(workflow).map(|trigger| trigger.id.clone());
    let gate = Gate::of(workflow, || {
        let event = HeldEvent { head: head.clone(), raw: raw.clone() };
        let mut scope = Scope::new();
        scope.set_now(now);
        scope.set_event(Some(Arc::new(event)));
        scope.set("inputs", inputs.as_ref().unwrap_or(&json!({})));
        scope.set("trigger", &json!({ "id": trigger_id, "kind": "manual" }));
        scope.set("workflow", &json!({ "name": row.name, "version": row.version }));
        scope
    });
    let sealed = conceal(&workflow.mask, Some((&mut head, &mut raw)), inputs.as_mut())
        .map(|concealed| state.seal(id, &concealed))
        .transpose()?;
    Ok(NewExecution {
        trigger_id,
        event: Some(head),
        raw: Some(Bytes::from(raw.to_string())),
        inputs,
        gate,
        sealed,
        ..NewExecution::new(id, row.id, row.version, "manual", now)
    })
}

/// The given inputs as the execution sees them: checked and completed where the workflow says what it takes.
fn inputs(
    workflow: &Workflow,
    given: Option<Map<String, Value>>,
) -> Result<Option<Value>, Vec<InputMistake>> {
    let taken = manual_trigger(workflow).and_then(|trigger| match &trigger.kind {
        TriggerKind::Manual(manual) => manual.inputs.as_ref(),
        _ => None,
    });
    match taken {
        Some(taken) => Ok(Some(Value::Object(taken.check(&given.unwrap_or_default())?))),
        None => Ok(given.map(Value::Object)),
    }
}

/// The workflow's own `manual` trigger, where it has one.
fn manual_trigger(workflow: &Workflow) -> Option<&Trigger> {
    workflow.triggers.iter().find(|trigger| matches!(trigger.kind, TriggerKind::Manual(_)))
}
