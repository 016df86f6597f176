//! `GET /deliveries/{id}`: one delivery, with its headers and, where it is kept, its body.

use axum::Json;
use axum::extract::State;
use bellhop_workflow::ids::DeliveryId;

use super::shape::WholeDelivery;
use crate::extract::{Operator, PathOf};
use crate::problem::Problem;
use crate::state::ApiState;

/// Answers with the delivery.
#[utoipa::path(
    get,
    path = "/api/v1/deliveries/{id}",
    tag = "Deliveries",
    operation_id = "show_delivery",
    summary = "Show a delivery with what was sent",
    params(PathOf<DeliveryId>),
    responses(
        (status = 200, body = WholeDelivery, description = "The delivery"),
        (status = 404, description = "There is no such delivery"),
    ),
)]
pub(crate) async fn show(
    _: Operator,
    State(state): State<ApiState>,
    PathOf(id): PathOf<DeliveryId>,
) -> Result<Json<WholeDelivery>, Problem> {
    let row = state.store.delivery(id).await?.ok_or_else(|| Problem::not_found("delivery", id))?;
    Ok(Json(row.into()))
}
