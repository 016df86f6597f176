//! `GET /workflows`: all workflows by name, each with how it has been doing.

use axum::Json;
use axum::extract::State;
use bellhop_storage::{LastExecution, RecentCounts, WorkflowSummary};
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::{ExecutionId, WorkflowName};
use bellhop_workflow::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::shape::Head;
use crate::extract::{FromParameters, Parameters, PathKey as _, Query, Reader};
use crate::page::{Page, PageRequest};
use crate::problem::Problem;
use crate::state::ApiState;

const LIST: &str = "workflows";

/// Which page.
pub(crate) struct ListWorkflows(PageRequest<WorkflowName>);

impl FromParameters for ListWorkflows {
    const NAMES: &'static [&'static str] = &["limit", "cursor"];

    fn read(parameters: &Parameters) -> Result<Self, Problem> {
        PageRequest::read(parameters, LIST, WorkflowName::read).map(Self)
    }
}

/// A workflow in the list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WorkflowInList)]
pub(crate) struct Item {
    #[serde(flatten)]
    workflow: Head,
    last_execution: Option<Last>,
    counts: Counts,
}

/// The newest execution.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LastExecution)]
struct Last {
    id: ExecutionId,
    status: ExecutionStatus,
    created_at: Timestamp,
}

/// Counts over the newest executions only, so that the list stays quick.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecentCounts)]
struct Counts {
    #[schema(example = 100)]
    executions: i64,
    #[schema(example = 2)]
    failed: i64,
    #[schema(example = 1)]
    unfinished: i64,
}

impl From<WorkflowSummary> for Item {
    fn from(WorkflowSummary { workflow, last_execution, recent }: WorkflowSummary) -> Self {
        let RecentCounts { executions, failed, unfinished } = recent;
        Self {
            workflow: workflow.into(),
            last_execution: last_execution.map(|LastExecution { id, status, created_at }| Last {
                id,
                status,
                created_at,
            }),
            counts: Counts { executions, failed, unfinished },
        }
    }
}

/// Answers with one page.
#[utoipa::path(
    get,
    path = "/api/v1/workflows",
    tag = "Workflows",
    operation_id = "list_workflows",
    summary = "List workflows by name",
    params(Query<ListWorkflows>),
    responses(
        (status = 200, body = Page<Item>, description = "One page"),
    ),
)]
pub(crate) async fn list(
    caller: Reader,
    State(state): State<ApiState>,
    Query(ListWorkflows(page)): Query<ListWorkflows>,
) -> Result<Json<Page<Item>>, Problem> {
    let rows = state.store.workflows_among(caller.workflows(), page.after.as_ref(), page.rows()).await?;
    Ok(Json(page.page(LIST, rows, |row| row.workflow.name.to_string(), Item::from)))
}
