//! `GET /deliveries/{id}`: one delivery, with its headers and, where it is kept, its body.

use axum::Json;
use axum::extract::State;
use bellhop_workflow::ids::DeliveryId;

use super::seen::seen;
use super::shape::WholeDelivery;
use crate::extract::{PathOf, Reader};
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
    caller: Reader,
    State(state): State<ApiState>,
    PathOf(id): PathOf<DeliveryId>,
) -> Result<Json<WholeDelivery>, Problem> {
    let row = seen(&state, &caller, id).await?;
    Ok(Json(row.into()))
}
