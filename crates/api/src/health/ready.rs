//! `GET /readyz`: the process can do its work.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::problem::Problem;
use crate::state::ApiState;

/// The server can take deliveries.
#[derive(Serialize)]
pub(crate) struct Ready {
    status: &'static str,
}

/// Asks the database; 503 where it does not answer.
pub(crate) async fn ready(State(state): State<ApiState>) -> Result<Json<Ready>, Problem> {
    state.store.ping().await?;
    Ok(Json(Ready { status: "ok" }))
}
