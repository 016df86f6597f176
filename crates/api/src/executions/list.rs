//! `GET /executions`: the history, newest first.

use axum::Json;
use axum::extract::State;
use bellhop_storage::ExecutionFilter;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::{DeliveryId, ExecutionId, WorkflowName};
use bellhop_workflow::time::Timestamp;

use super::shape::Execution;
use crate::extract::{FromParameters, Parameters, Query, Reader, listed};
use crate::page::{Page, PageRequest};
use crate::problem::Problem;
use crate::state::ApiState;

pub(super) const LIST: &str = "executions";

/// Which executions, and which page of them.
pub(crate) struct ListExecutions {
    filter: ExecutionFilter,
    page: PageRequest<ExecutionId>,
}

impl FromParameters for ListExecutions {
    const NAMES: &'static [&'static str] = &[
        "workflow",
        "status",
        "trigger",
        "since",
        "until",
        "event_id",
        "retry_of",
        "replay_of",
        "q",
        "limit",
        "cursor",
    ];

    fn read(parameters: &Parameters) -> Result<Self, Problem> {
        let page = PageRequest::read(parameters, LIST, |key| key.parse().ok())?;
        Ok(Self { filter: read_filter(parameters)?, page })
    }
}

/// Reads which executions are meant.
pub(super) fn read_filter(parameters: &Parameters) -> Result<ExecutionFilter, Problem> {
    let owned = |name| parameters.text(name).map(str::to_owned);
    let time = |name| {
        parameters.value(name, |text| Timestamp::parse(text).ok(), "a time such as `2026-03-02T09:00:14Z`")
    };
    let statuses = format!("one of {}", listed(&ExecutionStatus::ALL.map(ExecutionStatus::as_str)));
    Ok(ExecutionFilter {
        workflow: owned("workflow").map(WorkflowName::new),
        status: parameters.value("status", |text| text.parse().ok(), statuses)?,
        trigger: owned("trigger"),
        since: time("since")?,
        until: time("until")?,
        event_id: owned("event_id"),
        retry_of: parameters.value(
            "retry_of",
            |text| text.parse::<ExecutionId>().ok(),
            "the id of an execution",
        )?,
        replay_of: parameters.value(
            "replay_of",
            |text| text.parse::<DeliveryId>().ok(),
            "the id of a delivery",
        )?,
        q: owned("q"),
        among: None,
    })
}

/// Answers with one page; each execution without its steps.
#[utoipa::path(
    get,
    path = "/api/v1/executions",
    tag = "Executions",
    operation_id = "list_executions",
    summary = "List executions, newest first",
    params(Query<ListExecutions>),
    responses(
        (status = 200, body = Page<Execution>, description = "One page; each execution without its steps"),
    ),
)]
pub(crate) async fn list(
    caller: Reader,
    State(state): State<ApiState>,
    Query(ListExecutions { mut filter, page }): Query<ListExecutions>,
) -> Result<Json<Page<Execution>>, Problem> {
    caller.narrow(&mut filter.workflow, &mut filter.among)?;
    let rows = state.store.executions(&filter, page.after, page.rows()).await?;
    Ok(Json(page.page_of_listing(LIST, rows, |row| row.id, Execution::without_steps)))
}
