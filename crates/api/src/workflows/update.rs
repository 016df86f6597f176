//! `PUT /workflows/{name}`: a new version of a workflow. An active one is re-registered where its triggers changed.

use axum::Json;
use axum::extract::State;
use bellhop_trigger::catalogue::catalogue;
use bellhop_workflow::Parsed;
use bellhop_workflow::ids::WorkflowName;

use super::lifecycle_problem::lifecycle_problem;
use super::missing_credentials::missing_credentials;
use super::name_diagnostic::wrong_name;
use super::shape::{Workflow, WorkflowWithWarnings};
use super::stored;
use crate::extract::{InJson, Operator, PathOf, WorkflowSource};
use crate::problem::Problem;
use crate::state::ApiState;

/// Answers with the workflow, and with what is probably a mistake in it. The text that is stored already makes no new
/// version.
#[utoipa::path(
    put,
    path = "/api/v1/workflows/{name}",
    tag = "Workflows",
    operation_id = "update_workflow",
    summary = "Store a new version of a workflow",
    params(PathOf<WorkflowName>),
    request_body(content((Value = "application/yaml", example = json!("name: greet\ntriggers:\n  - manual:\nsteps:\n  - { id: greet, uses: log, with: { message: hello } }\n")), (InJson = "application/json")), description = "The workflow's text: as it is, or in JSON"),
    responses(
        (status = 200, body = WorkflowWithWarnings, description = "It is stored; one that is on is registered anew where its triggers changed"),
        (status = 404, description = "There is no such workflow"),
        (status = 409, description = "Something else changed it at the same time, or has its path"),
        (status = 422, description = "It has mistakes, or needs a credential that is not there"),
        (status = 502, description = "A vendor has refused its registrations"),
    ),
)]
pub(crate) async fn update(
    _: Operator,
    State(state): State<ApiState>,
    PathOf(name): PathOf<WorkflowName>,
    WorkflowSource(yaml): WorkflowSource,
) -> Result<Json<WorkflowWithWarnings>, Problem> {
    let row = stored::workflow(&state.store, &name).await?;
    let Parsed { workflow, mut warnings } =
        bellhop_workflow::parse(&yaml, catalogue()).map_err(Problem::invalid_workflow)?;
    if workflow.name != name {
        return Err(Problem::invalid_workflow(vec![wrong_name(&name, &workflow.name, &yaml)]));
    }
    warnings.extend(missing_credentials(&state, &workflow, &yaml).await?);
    if stored::newest(&state.store, &row).await?.yaml != yaml
        && let Err(error) = state.lifecycle.update(&name, workflow, yaml).await
    {
        return Err(lifecycle_problem(&state, &name, error).await);
    }
    Ok(Json(WorkflowWithWarnings { workflow: Workflow::load(&state, &name).await?, diagnostics: warnings }))
}
