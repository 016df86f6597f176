//! The control API: what a test or a demo turns. It asks for no key, so keep the simulator on the local machine.

mod deliveries;
mod events;
mod faults;
mod reset;
mod sinks;
mod subscriptions;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::hub::Hub;

/// The largest body that a sink takes, in bytes.
const SINK_LIMIT: usize = 16 * 1024 * 1024;

/// All routes.
pub(crate) fn router() -> Router<Arc<Hub>> {
    Router::new()
        .route("/control/catalogue", get(events::list))
        .route("/control/events", post(events::emit))
        .route("/control/deliveries", get(deliveries::list))
        .route("/control/faults", get(faults::show).post(faults::add).delete(faults::clear))
        .route("/control/subscriptions", get(subscriptions::list))
        .route("/control/sinks/{name}", get(sinks::requests).post(sinks::script))
        .route("/control/reset", post(reset::reset))
        .route("/sink/{name}", any(sinks::receive))
        .route("/sink/{name}/{*rest}", any(sinks::receive_below))
        .layer(DefaultBodyLimit::max(SINK_LIMIT))
}

/// A body of the control API that makes no sense.
struct ControlError(String);

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        (StatusCode::UNPROCESSABLE_ENTITY, axum::Json(json!({ "error": self.0 }))).into_response()
    }
}

fn read<T: DeserializeOwned>(body: Map<String, Value>) -> Result<T, ControlError> {
    serde_json::from_value(Value::Object(body)).map_err(|error| ControlError(error.to_string()))
}
