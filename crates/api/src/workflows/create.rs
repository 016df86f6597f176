//! `POST /workflows`: stores a new workflow, inactive.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bellhop_storage::CreateError;
use bellhop_trigger::catalogue::catalogue;
use bellhop_workflow::Parsed;
use bellhop_workflow::ids::WorkflowName;
use http::StatusCode;
use http::header::LOCATION;

use super::etag::{EntityTag, changed};
use super::missing_credentials::missing_credentials;
use super::shape::{Workflow, WorkflowWithWarnings};
use super::stored;
use crate::access::Caller;
use crate::extract::{Conditions, InJson, WorkflowSource, Writer};
use crate::openapi::IfNew;
use crate::problem::{Problem, kind};
use crate::state::ApiState;

/// Answers 201 with the workflow and with what is probably a mistake in it; 409 where its name is taken, or 412 where
/// `If-None-Match: *` has asked for that; 422 with all of its mistakes.
#[utoipa::path(
    post,
    path = "/api/v1/workflows",
    tag = "Workflows",
    operation_id = "create_workflow",
    summary = "Store a new workflow",
    params(IfNew),
    request_body(content((Value = "application/yaml", example = json!("name: greet\ntriggers:\n  - manual:\nsteps:\n  - { id: greet, uses: log, with: { message: hello } }\n")), (InJson = "application/json")), description = "The workflow's text: as it is, or in JSON"),
    responses(
        (status = 201, body = WorkflowWithWarnings, description = "It is stored, and off", headers(("Location" = String, description = "Where it is"), ("ETag" = String, description = "Its entity tag"))),
        (status = 409, description = "A workflow of that name exists"),
        (status = 422, description = "It has mistakes: each is in `diagnostics`"),
        (status = 412, description = "A workflow of that name exists, and `If-None-Match: *` has asked for that"),
    ),
)]
pub(crate) async fn create(
    caller: Writer,
    State(state): State<ApiState>,
    conditions: Conditions,
    WorkflowSource(yaml): WorkflowSource,
) -> Result<Response, Problem> {
    let only_create = conditions.only_create()?;
    let parsed = bellhop_workflow::parse(&yaml, catalogue()).map_err(Problem::invalid_workflow)?;
    store(&state, &caller, parsed, yaml, only_create).await
}

/// Stores it. `expects_none` tells that the caller has said that there must be none of its name.
pub(super) async fn store(
    state: &ApiState,
    caller: &Caller,
    Parsed { workflow, mut warnings }: Parsed,
    yaml: String,
    expects_none: bool,
) -> Result<Response, Problem> {
    caller.for_workflow(&workflow.name)?;
    warnings.extend(missing_credentials(state, &workflow, &yaml).await?);
    let name = workflow.name.clone();
    match state.lifecycle.by(caller.author()).create(workflow, yaml).await {
        Ok(_) => {}
        Err(CreateError::NameTaken) if expects_none => {
            return Err(changed(&stored::workflow(&state.store, &name).await?));
        }
        Err(error) => return Err(not_created(error, &name)),
    }
    let location = [(LOCATION, format!("/api/v1/workflows/{name}"))];
    let workflow = Workflow::load(state, &name).await?;
    let tag = [EntityTag::of(&workflow)?.header()?];
    let body = Json(WorkflowWithWarnings { workflow, diagnostics: warnings });
    Ok((StatusCode::CREATED, location, tag, body).into_response())
}

fn not_created(error: CreateError, name: &WorkflowName) -> Problem {
    match error {
        CreateError::NameTaken => {
            Problem::because(kind::NAME_TAKEN, format!("A workflow `{name}` exists; change it with `PUT`."))
        }
        CreateError::Store(error) => error.into(),
    }
}
