//! `/control/faults`: which faults are switched on; `POST` adds calls' faults and sets the deliveries'; `DELETE` ends all.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ControlError, read};
use crate::api::Input;
use crate::faults::{CallFault, DeliveryFaults, Faults};
use crate::hub::Hub;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    #[serde(default)]
    calls: Vec<CallFault>,
    #[serde(default)]
    delivery: Option<DeliveryFaults>,
}

pub(super) async fn show(State(hub): State<Arc<Hub>>) -> Json<Value> {
    Json(json!(hub.world().faults))
}

pub(super) async fn add(
    State(hub): State<Arc<Hub>>,
    Input(body): Input,
) -> Result<Json<Value>, ControlError> {
    let request: Request = read(body)?;
    let faults = &mut hub.world().faults;
    faults.calls.extend(request.calls);
    faults.delivery = request.delivery.unwrap_or(faults.delivery);
    Ok(Json(json!(faults)))
}

pub(super) async fn clear(State(hub): State<Arc<Hub>>) -> Json<Value> {
    let faults = &mut hub.world().faults;
    *faults = Faults::default();
    Json(json!(faults))
}
