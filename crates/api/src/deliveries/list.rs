//! `GET /deliveries`: what arrived, newest first. Of what was refused, it has a sample: see `rejections.rs`.

use axum::Json;
use axum::extract::State;
use bellhop_storage::{DeliveryFilter, Outcome};
use bellhop_workflow::ids::{DeliveryId, HookId, WorkflowName};

use super::shape::Delivery;
use crate::extract::{FromParameters, Parameters, Query, Reader, listed};
use crate::page::{Page, PageRequest};
use crate::problem::Problem;
use crate::state::ApiState;

const LIST: &str = "deliveries";

/// Which deliveries, and which page of them.
pub(crate) struct ListDeliveries {
    filter: DeliveryFilter,
    page: PageRequest<DeliveryId>,
}

impl FromParameters for ListDeliveries {
    const NAMES: &'static [&'static str] = &["hook", "outcome", "workflow", "limit", "cursor"];

    fn read(parameters: &Parameters) -> Result<Self, Problem> {
        let outcomes = format!("one of {}", listed(&Outcome::ALL.map(Outcome::as_str)));
        let filter = DeliveryFilter {
            hook: parameters.text("hook").map(HookId::new),
            outcome: parameters.value("outcome", |text| text.parse().ok(), outcomes)?,
            workflow: parameters.text("workflow").map(WorkflowName::new),
            among: None,
        };
        Ok(Self { filter, page: PageRequest::read(parameters, LIST, |key| key.parse().ok())? })
    }
}

/// Answers with one page.
#[utoipa::path(
    get,
    path = "/api/v1/deliveries",
    tag = "Deliveries",
    operation_id = "list_deliveries",
    summary = "List what arrived, newest first",
    params(Query<ListDeliveries>),
    responses(
        (status = 200, body = Page<Delivery>, description = "One page"),
    ),
)]
pub(crate) async fn list(
    caller: Reader,
    State(state): State<ApiState>,
    Query(ListDeliveries { mut filter, page }): Query<ListDeliveries>,
) -> Result<Json<Page<Delivery>>, Problem> {
    caller.narrow(&mut filter.workflow, &mut filter.among)?;
    state.refusals().flush().await?;
    let rows = state.store.deliveries(&filter, page.after, page.rows()).await?;
    Ok(Json(page.page_of_listing(LIST, rows, |row| row.id, Delivery::from)))
}
