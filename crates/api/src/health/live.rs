//! `GET /healthz`: the process answers.

use axum::Json;
use serde::Serialize;

/// The process is alive.
#[derive(Serialize)]
pub(crate) struct Alive {
    status: &'static str,
}

/// Says that the process is alive, whatever the database does.
pub(crate) async fn live() -> Json<Alive> {
    Json(Alive { status: "ok" })
}
