//! `GET /control/subscriptions`: all of them, with their keys, so that a test can sign as Close would.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::hub::Hub;

pub(super) async fn list(State(hub): State<Arc<Hub>>) -> Json<Value> {
    let world = hub.world();
    let views = world.subscriptions.all().iter().map(|subscription| {
        let mut view = subscription.view_with_key(&world.organization.id);
        view["backlog"] = json!(subscription.backlog);
        view
    });
    Json(json!({ "items": views.collect::<Vec<_>>() }))
}
