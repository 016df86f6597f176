//! `POST /control/events` emits an event; `GET /control/catalogue` says which there are.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{ControlError, read};
use crate::api::Input;
use crate::catalogue;
use crate::event::EventDraft;
use crate::hub::Hub;

/// Takes an [`EventDraft`] and answers the event.
pub(super) async fn emit(
    State(hub): State<Arc<Hub>>,
    Input(body): Input,
) -> Result<(StatusCode, Json<Value>), ControlError> {
    let draft: EventDraft = read(body)?;
    let event = hub.emit(&draft).map_err(|error| ControlError(error.to_string()))?;
    Ok((StatusCode::CREATED, Json(json!({ "id": event.id, "event": event.to_value() }))))
}

pub(super) async fn list() -> Json<Value> {
    let entries: Vec<Value> = catalogue()
        .iter()
        .map(|entry| json!({ "object_type": entry.object_type, "actions": entry.actions }))
        .collect();
    Json(json!({ "items": entries }))
}
