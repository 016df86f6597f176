//! `GET /workflows/{name}/versions/{version}`: one version of a workflow, with its YAML.

use axum::Json;
use axum::extract::State;
use bellhop_workflow::ids::{Version, WorkflowName};
use bellhop_workflow::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::stored;
use crate::extract::{PathOf, Reader};
use crate::problem::Problem;
use crate::state::ApiState;

/// One version.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OneVersion {
    version: Version,
    #[schema(
        example = "name: greet\ntriggers:\n  - manual:\nsteps:\n  - { id: greet, uses: log, with: { message: hello } }\n"
    )]
    yaml: String,
    created_at: Timestamp,
}

/// Answers with the version.
#[utoipa::path(
    get,
    path = "/api/v1/workflows/{name}/versions/{version}",
    tag = "Workflows",
    operation_id = "show_version",
    summary = "Show a version of a workflow",
    params(PathOf<WorkflowName>, PathOf<Version>),
    responses(
        (status = 200, body = OneVersion, description = "The version"),
        (status = 404, description = "There is no such workflow or version"),
    ),
)]
pub(crate) async fn version(
    caller: Reader,
    State(state): State<ApiState>,
    PathOf(name): PathOf<WorkflowName>,
    PathOf(version): PathOf<Version>,
) -> Result<Json<OneVersion>, Problem> {
    caller.for_workflow(&name)?;
    let workflow = stored::workflow(&state.store, &name).await?;
    let row = stored::version(&state.store, workflow.id, version)
        .await?
        .ok_or_else(|| Problem::not_found("version", version))?;
    Ok(Json(OneVersion { version: row.version, yaml: row.yaml, created_at: row.created_at }))
}
