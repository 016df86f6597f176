//! `GET /deliveries/rejections`: how many more were refused than the log has rows of, by hook, reason and hour.

use axum::Json;
use axum::extract::State;
use bellhop_storage::{RefusalFilter, RefusalRow};
use bellhop_workflow::ids::{HookId, RefusalId, WorkflowName};
use bellhop_workflow::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::{FromParameters, Parameters, Query, Reader};
use crate::page::{Page, PageRequest};
use crate::problem::Problem;
use crate::state::ApiState;

const LIST: &str = "rejections";

/// Which counts, and which page of them.
pub(crate) struct ListRejections {
    filter: RefusalFilter,
    page: PageRequest<RefusalId>,
}

impl FromParameters for ListRejections {
    const NAMES: &'static [&'static str] = &["hook", "workflow", "limit", "cursor"];

    fn read(parameters: &Parameters) -> Result<Self, Problem> {
        let filter = RefusalFilter {
            hook: parameters.text("hook").map(HookId::new),
            workflow: parameters.text("workflow").map(WorkflowName::new),
            among: None,
        };
        Ok(Self { filter, page: PageRequest::read(parameters, LIST, |key| key.parse().ok())? })
    }
}

/// So many requests, beyond those that are listed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rejections {
    /// Null for all hooks together that nobody has.
    hook_id: Option<HookId>,
    workflow: Option<WorkflowName>,
    #[schema(example = "bad_signature")]
    reason: String,
    #[schema(example = 1200)]
    requests: u64,
    /// The length of their bodies together.
    #[schema(example = 48000)]
    bytes: u64,
    first_at: Timestamp,
    last_at: Timestamp,
}

impl From<RefusalRow> for Rejections {
    fn from(row: RefusalRow) -> Self {
        Self {
            hook_id: row.hook_id,
            workflow: row.workflow,
            reason: row.reason,
            requests: row.requests,
            bytes: row.bytes,
            first_at: row.first_at,
            last_at: row.last_at,
        }
    }
}

/// Answers with one page.
#[utoipa::path(
    get,
    path = "/api/v1/deliveries/rejections",
    tag = "Deliveries",
    operation_id = "list_rejections",
    summary = "Count what was refused and is not listed",
    params(Query<ListRejections>),
    responses(
        (status = 200, body = Page<Rejections>, description = "One page, by hook, reason and hour"),
    ),
)]
pub(crate) async fn list(
    caller: Reader,
    State(state): State<ApiState>,
    Query(ListRejections { mut filter, page }): Query<ListRejections>,
) -> Result<Json<Page<Rejections>>, Problem> {
    caller.narrow(&mut filter.workflow, &mut filter.among)?;
    state.refusals().flush().await?;
    let rows = state.store.refusals(&filter, page.after, page.rows()).await?;
    Ok(Json(page.page(LIST, rows, |row| row.id.to_string(), Rejections::from)))
}
