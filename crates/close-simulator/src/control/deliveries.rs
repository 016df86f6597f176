//! `GET /control/deliveries`: every attempt to deliver, the oldest first; `?event_id=` and `?subscription_id=` narrow it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde_json::{Value, json};

use crate::hub::Hub;

pub(super) async fn list(
    State(hub): State<Arc<Hub>>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Json<Value> {
    let is = |name: &str, value: &str| query.get(name).is_none_or(|wanted| wanted == value);
    let mut world = hub.world();
    let attempts = world.attempts.all().iter().filter(|attempt| {
        is("event_id", &attempt.event_id) && is("subscription_id", &attempt.subscription_id)
    });
    Json(json!({ "items": attempts.collect::<Vec<_>>() }))
}
