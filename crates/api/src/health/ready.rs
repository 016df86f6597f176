//! `GET /readyz`: the process can do its work.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::state::ApiState;

/// The server can take deliveries.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ready {
    #[schema(example = "ok")]
    status: &'static str,
}

/// Asks the database; 503 where it does not answer.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "Public",
    operation_id = "ready",
    summary = "Say whether the server can serve",
    responses(
        (status = 200, body = Ready, description = "It can"),
        (status = 503, description = "The database cannot be used at present"),
    ),
)]
pub(crate) async fn ready(State(state): State<ApiState>) -> Result<Json<Ready>, Problem> {
    state.store.ping().await?;
    Ok(Json(Ready { status: "ok" }))
}
