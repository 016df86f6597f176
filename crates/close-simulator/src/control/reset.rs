//! `POST /control/reset`: forgets subscriptions, objects, events, faults and what sinks got.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::hub::Hub;

pub(super) async fn reset(State(hub): State<Arc<Hub>>) -> Json<Value> {
    hub.reset();
    Json(json!({ "ok": true }))
}
