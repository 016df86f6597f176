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

use super::missing_credentials::missing_credentials;
use super::shape::{Workflow, WorkflowWithWarnings};
use crate::extract::{InJson, Operator, WorkflowSource};
use crate::problem::{Problem, kind};
use crate::state::ApiState;

/// Answers 201 with the workflow and with what is probably a mistake in it; 409 where its name is taken; 422 with all
/// of its mistakes.
#[utoipa::path(
    post,
    path = "/api/v1/workflows",
    tag = "Workflows",
    operation_id = "create_workflow",
    summary = "Store a new workflow",
    request_body(content((Value = "application/yaml", example = json!("name: greet\ntriggers:\n  - manual:\nsteps:\n  - { id: greet, uses: log, with: { message: hello } }\n")), (InJson = "application/json")), description = "The workflow's text: as it is, or in JSON"),
    responses(
        (status = 201, body = WorkflowWithWarnings, description = "It is stored, and off", headers(("Location" = String, description = "Where it is"))),
        (status = 409, description = "A workflow of that name exists"),
        (status = 422, description = "It has mistakes: each is in `diagnostics`"),
    ),
)]
pub(crate) async fn create(
    _: Operator,
    State(state): State<ApiState>,
    WorkflowSource(yaml): WorkflowSource,
) -> Result<Response, Problem> {
    let Parsed { workflow, mut warnings } =
        bellhop_workflow::parse(&yaml, catalogue()).map_err(Problem::invalid_workflow)?;
    warnings.extend(missing_credentials(&state, &workflow, &yaml).await?);
    let name = workflow.name.clone();
    state.lifecycle.create(workflow, yaml).await.map_err(|error| not_created(error, &name))?;

    let location = [(LOCATION, format!("/api/v1/workflows/{name}"))];
    let workflow = Workflow::load(&state, &name).await?;
    Ok((StatusCode::CREATED, location, Json(WorkflowWithWarnings { workflow, diagnostics: warnings }))
        .into_response())
}

fn not_created(error: CreateError, name: &WorkflowName) -> Problem {
    match error {
        CreateError::NameTaken => {
            Problem::because(kind::NAME_TAKEN, format!("A workflow `{name}` exists; change it with `PUT`."))
        }
        CreateError::Store(error) => error.into(),
    }
}
