//! `GET /workflows/{name}/versions/{version}`: one version of a workflow, with its YAML.

use axum::Json;
use axum::extract::State;
use bellhop_workflow::ids::{Version, WorkflowName};
use bellhop_workflow::time::Timestamp;
use serde::Serialize;

use super::stored;
use crate::extract::{PathOf, Reader};
use crate::problem::Problem;
use crate::state::ApiState;

/// One version.
#[derive(Debug, Serialize)]
pub(crate) struct OneVersion {
    version: Version,
    yaml: String,
    created_at: Timestamp,
}

/// Answers with the version.
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
