//! `GET /registrations`: all registrations, by workflow and trigger.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use bellhop_storage::{RecoveryRow, RegistrationRow};
use bellhop_trigger::recovery::Report;
use bellhop_workflow::ids::{WorkflowId, WorkflowName};
use bellhop_workflow::time::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::shape::Registration;
use crate::access::Caller;
use crate::extract::{FromParameters, Parameters, Query, Reader};
use crate::page::{Page, PageRequest};
use crate::problem::Problem;
use crate::state::ApiState;

const LIST: &str = "registrations";

/// Which page.
pub(crate) struct ListRegistrations(PageRequest<Position>);

/// Where a registration stands in the list.
type Position = (Uuid, String, Uuid);

impl FromParameters for ListRegistrations {
    const NAMES: &'static [&'static str] = &["limit", "cursor"];

    fn read(parameters: &Parameters) -> Result<Self, Problem> {
        PageRequest::read(parameters, LIST, read_position).map(Self)
    }
}

/// A registration, with the workflow that it belongs to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegistrationInList)]
pub(crate) struct Item {
    workflow: Option<WorkflowName>,
    #[serde(flatten)]
    registration: Registration,
    /// The last time that missed events were fetched for it.
    last_recovery: Option<LastRecovery>,
}

/// When missed events were last fetched, and what came of it.
#[derive(Debug, Serialize, ToSchema)]
struct LastRecovery {
    since: Timestamp,
    requested_at: Timestamp,
    /// None while it is under way.
    finished_at: Option<Timestamp>,
    #[schema(value_type = Option<Report>)]
    report: Option<Value>,
    /// Why the last try failed; it is tried again.
    error: Option<String>,
}

impl From<RecoveryRow> for LastRecovery {
    fn from(row: RecoveryRow) -> Self {
        Self {
            since: row.since,
            requested_at: row.requested_at,
            finished_at: row.finished_at,
            report: row.report,
            error: row.error,
        }
    }
}

/// Answers with one page.
#[utoipa::path(
    get,
    path = "/api/v1/registrations",
    tag = "Registrations",
    operation_id = "list_registrations",
    summary = "List what triggers have at their vendors",
    params(Query<ListRegistrations>),
    responses(
        (status = 200, body = Page<Item>, description = "One page"),
    ),
)]
pub(crate) async fn list(
    caller: Reader,
    State(state): State<ApiState>,
    Query(ListRegistrations(page)): Query<ListRegistrations>,
) -> Result<Json<Page<Item>>, Problem> {
    let rows = seen(&state, &caller).await?;
    let page = page.page_of_all(LIST, rows, |row, after| position(row) > *after, write_position, |row| row);
    let names = names(&state, &page.items).await?;
    let recoveries = state.store.recoveries().await?.into_iter();
    let mut recoveries: HashMap<_, _> = recoveries.map(|row| (row.registration_id, row)).collect();
    let items = page.items.into_iter().map(|row| Item {
        workflow: names.get(&row.workflow_id).cloned(),
        last_recovery: recoveries.remove(&row.id).map(LastRecovery::from),
        registration: Registration::new(&state, row),
    });
    Ok(Json(Page { items: items.collect(), next_cursor: page.next_cursor }))
}

/// All that the caller may see.
async fn seen(state: &ApiState, caller: &Caller) -> Result<Vec<RegistrationRow>, Problem> {
    let Some(names) = caller.workflows() else { return Ok(state.store.all_registrations().await?) };
    let mut rows = Vec::new();
    for name in names {
        if let Some(workflow) = state.store.workflow(name).await? {
            rows.extend(state.store.registrations(workflow.id).await?);
        }
    }
    rows.sort_by_key(position);
    Ok(rows)
}

/// The names of the workflows on the page.
async fn names(
    state: &ApiState,
    rows: &[RegistrationRow],
) -> Result<HashMap<WorkflowId, WorkflowName>, Problem> {
    let mut names = HashMap::new();
    for row in rows {
        if names.contains_key(&row.workflow_id) {
            continue;
        }
        if let Some(workflow) = state.store.workflow_by_id(row.workflow_id).await? {
            names.insert(workflow.id, workflow.name);
        }
    }
    Ok(names)
}

fn position(row: &RegistrationRow) -> Position {
    (row.workflow_id.as_uuid(), row.trigger_id.as_str().to_owned(), row.id.as_uuid())
}

fn write_position(row: &RegistrationRow) -> String {
    format!("{}/{}/{}", row.workflow_id, row.id, row.trigger_id)
}

fn read_position(key: &str) -> Option<Position> {
    let mut parts = key.splitn(3, '/');
    let workflow = parts.next()?.parse().ok()?;
    let id = parts.next()?.parse().ok()?;
    Some((workflow, parts.next()?.to_owned(), id))
}
