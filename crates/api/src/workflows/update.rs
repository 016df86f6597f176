//! `PUT /workflows/{name}`: a new version of a workflow. An active one is re-registered where its triggers changed.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bellhop_trigger::catalogue::catalogue;
use bellhop_workflow::Parsed;
use bellhop_workflow::ids::WorkflowName;

use super::create::store;
use super::etag::{EntityTag, expected};
use super::lifecycle_problem::lifecycle_problem;
use super::missing_credentials::missing_credentials;
use super::name_diagnostic::wrong_name;
use super::shape::{Workflow, WorkflowWithWarnings};
use super::stored;
use crate::access::Caller;
use crate::extract::{Conditions, InJson, PathOf, Tags, WorkflowSource, Writer};
use crate::openapi::{IfMatch, IfNew};
use crate::problem::Problem;
use crate::state::ApiState;

/// Answers with the workflow, and with what is probably a mistake in it. The text that is stored already makes no new
/// version. 412 where `If-Match` is for another version. With `If-None-Match: *` it makes a new workflow, or answers 412.
#[utoipa::path(
    put,
    path = "/api/v1/workflows/{name}",
    tag = "Workflows",
    operation_id = "update_workflow",
    summary = "Store a new version of a workflow",
    params(PathOf<WorkflowName>, IfMatch, IfNew),
    request_body(content((Value = "application/yaml", example = json!("name: greet\ntriggers:\n  - manual:\nsteps:\n  - { id: greet, uses: log, with: { message: hello } }\n")), (InJson = "application/json")), description = "The workflow's text: as it is, or in JSON"),
    responses(
        (status = 200, body = WorkflowWithWarnings, description = "It is stored; one that is on is registered anew where its triggers changed", headers(("ETag" = String, description = "Its entity tag"))),
        (status = 201, body = WorkflowWithWarnings, description = "It is stored as a new one, as `If-None-Match: *` has asked for", headers(("Location" = String, description = "Where it is"), ("ETag" = String, description = "Its entity tag"))),
        (status = 404, description = "There is no such workflow"),
        (status = 409, description = "Something else changed it at the same time, or has its path"),
        (status = 412, description = "It has another version than `If-Match` names, or is there where `If-None-Match: *` is given"),
        (status = 422, description = "It has mistakes, or needs a credential that is not there"),
        (status = 502, description = "A vendor has refused its registrations"),
    ),
)]
pub(crate) async fn update(
    caller: Writer,
    State(state): State<ApiState>,
    PathOf(name): PathOf<WorkflowName>,
    conditions: Conditions,
    WorkflowSource(yaml): WorkflowSource,
) -> Result<Response, Problem> {
    caller.for_workflow(&name)?;
    if conditions.only_create()? {
        return store(&state, &caller, parse(&name, &yaml)?, yaml, true).await;
    }
    change(&state, &caller, &name, yaml, conditions.if_match.as_ref()).await
}

async fn change(
    state: &ApiState,
    caller: &Caller,
    name: &WorkflowName,
    yaml: String,
    if_match: Option<&Tags>,
) -> Result<Response, Problem> {
    let row = stored::workflow(&state.store, name).await?;
    let Parsed { workflow, mut warnings } = parse(name, &yaml)?;
    warnings.extend(missing_credentials(state, &workflow, &yaml).await?);
    // What is there already is no conflict, whatever was expected: the answer to the first try may have been lost
    // (RFC 9110, 13.1.1).
    if stored::newest(&state.store, &row).await?.yaml != yaml {
        let lifecycle = state.lifecycle.by(caller.author());
        if let Err(error) = lifecycle.update_expected(name, workflow, yaml, expected(if_match)).await {
            return Err(lifecycle_problem(state, name, error).await);
        }
    }
    let workflow = Workflow::load(state, name).await?;
    let tag = [EntityTag::of(&workflow)?.header()?];
    Ok((tag, Json(WorkflowWithWarnings { workflow, diagnostics: warnings })).into_response())
}

fn parse(name: &WorkflowName, yaml: &str) -> Result<Parsed, Problem> {
    let parsed = bellhop_workflow::parse(yaml, catalogue()).map_err(Problem::invalid_workflow)?;
    if parsed.workflow.name != *name {
        return Err(Problem::invalid_workflow(vec![wrong_name(name, &parsed.workflow.name, yaml)]));
    }
    Ok(parsed)
}
