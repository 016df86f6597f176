//! `GET /state/{workflow}`: the durable keys of a workflow, by name.

use axum::Json;
use axum::extract::State;
use bellhop_storage::StateRow;
use bellhop_workflow::ids::WorkflowName;
use bellhop_workflow::time::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::extract::{FromParameters, Parameters, PathOf, Query, Reader};
use crate::page::{Page, PageRequest};
use crate::problem::Problem;
use crate::state::ApiState;
use crate::workflows::stored;

const LIST: &str = "state";

/// Which page.
pub(crate) struct ListKeys(PageRequest<String>);

impl FromParameters for ListKeys {
    const NAMES: &'static [&'static str] = &["limit", "cursor"];

    fn read(parameters: &Parameters) -> Result<Self, Problem> {
        Ok(Self(PageRequest::read(parameters, LIST, |key| Some(key.to_owned()))?))
    }
}

/// One key.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StateKey)]
pub(crate) struct Entry {
    #[schema(example = "seen")]
    key: String,
    #[schema(example = json!(["lead_1"]))]
    value: Value,
    updated_at: Timestamp,
}

impl From<StateRow> for Entry {
    fn from(row: StateRow) -> Self {
        Self { key: row.key, value: row.value, updated_at: row.updated_at }
    }
}

/// Answers with one page.
#[utoipa::path(
    get,
    path = "/api/v1/state/{name}",
    tag = "State",
    operation_id = "list_state",
    summary = "List the durable keys of a workflow",
    params(PathOf<WorkflowName>, Query<ListKeys>),
    responses(
        (status = 200, body = Page<Entry>, description = "One page, by key"),
        (status = 404, description = "There is no such workflow"),
    ),
)]
pub(crate) async fn list(
    caller: Reader,
    State(state): State<ApiState>,
    PathOf(name): PathOf<WorkflowName>,
    Query(ListKeys(page)): Query<ListKeys>,
) -> Result<Json<Page<Entry>>, Problem> {
    caller.for_workflow(&name)?;
    let workflow = stored::workflow(&state.store, &name).await?;
    let rows = state.store.state(workflow.id, page.after.as_deref(), page.rows()).await?;
    Ok(Json(page.page(LIST, rows, |row| row.key.clone(), Entry::from)))
}
