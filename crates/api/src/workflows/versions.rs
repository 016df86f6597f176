//! `GET /workflows/{name}/versions`: the versions of a workflow, newest first, without their YAML.

use axum::Json;
use axum::extract::State;
use bellhop_workflow::ids::{Version, WorkflowName};
use bellhop_workflow::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::stored;
use crate::extract::{FromParameters, Parameters, PathKey as _, PathOf, Query, Reader};
use crate::page::{Page, PageRequest};
use crate::problem::Problem;
use crate::state::ApiState;

const LIST: &str = "versions";

/// Which page.
pub(crate) struct ListVersions(PageRequest<Version>);

impl FromParameters for ListVersions {
    const NAMES: &'static [&'static str] = &["limit", "cursor"];

    fn read(parameters: &Parameters) -> Result<Self, Problem> {
        PageRequest::read(parameters, LIST, Version::read).map(Self)
    }
}

/// A version in the list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VersionInList)]
pub(crate) struct Item {
    version: Version,
    created_at: Timestamp,
}

/// Answers with one page.
#[utoipa::path(
    get,
    path = "/api/v1/workflows/{name}/versions",
    tag = "Workflows",
    operation_id = "list_versions",
    summary = "List the versions of a workflow, newest first",
    params(PathOf<WorkflowName>, Query<ListVersions>),
    responses(
        (status = 200, body = Page<Item>, description = "One page"),
        (status = 404, description = "There is no such workflow"),
    ),
)]
pub(crate) async fn versions(
    caller: Reader,
    State(state): State<ApiState>,
    PathOf(name): PathOf<WorkflowName>,
    Query(ListVersions(page)): Query<ListVersions>,
) -> Result<Json<Page<Item>>, Problem> {
    caller.for_workflow(&name)?;
    let workflow = stored::workflow(&state.store, &name).await?;
    let rows = state.store.workflow_versions(workflow.id).await?;
    Ok(Json(page.page_of_all(
        LIST,
        rows,
        |row, after| row.version < *after,
        |row| row.version.to_string(),
        |row| Item { version: row.version, created_at: row.created_at },
    )))
}
