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
use crate::extract::{Operator, PathOf, WorkflowSource};
use crate::problem::Problem;
use crate::state::ApiState;

/// Answers with the workflow, and with what is probably a mistake in it. The text that is stored already makes no new
/// version.
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
