//! `GET /healthz`: the process answers.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// The process is alive.
#[derive(Serialize, ToSchema)]
pub(crate) struct Alive {
    #[schema(example = "ok")]
    status: &'static str,
}

/// Says that the process is alive, whatever the database does.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "Public",
    operation_id = "live",
    summary = "Say that the process is alive",
    responses(
        (status = 200, body = Alive, description = "It is"),
    ),
)]
pub(crate) async fn live() -> Json<Alive> {
    Json(Alive { status: "ok" })
}
