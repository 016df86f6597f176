//! Makes the faults happen that a test switched on.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::rate_limit::Allowance;
use super::{ApiError, PREFIX};
use crate::connection::Connection;
use crate::faults::Effect;
use crate::hub::Hub;

/// Lets a call through, or lets happen to it what a fault wants.
pub(crate) async fn strike(
    State(hub): State<Arc<Hub>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let effect =
        hub.world().faults.strike(request.method().as_str(), path.strip_prefix(PREFIX).unwrap_or(path));
    match effect {
        None => next.run(request).await,
        Some(Effect::Answer { status, body, headers }) => written(status, &body, &headers),
        Some(Effect::RateLimit { reset_seconds }) => {
            ApiError::RateLimited(Allowance::nothing_for(reset_seconds)).into_response()
        }
        Some(Effect::Hang) => std::future::pending().await,
        Some(Effect::Drop) => connection.cut().await,
        Some(Effect::DropAfter) => {
            next.run(request).await;
            connection.cut().await
        }
        Some(Effect::HangAfter) => {
            next.run(request).await;
            std::future::pending().await
        }
    }
}

/// An answer that somebody wrote: JSON, or a text as it is.
pub(crate) fn written(status: u16, body: &Value, headers: &BTreeMap<String, String>) -> Response {
    let (content_type, bytes) = match body {
        Value::Null => (None, String::new()),
        Value::String(text) => (Some("text/plain; charset=utf-8"), text.clone()),
        json => (Some("application/json"), json.to_string()),
    };
    let mut answer = Response::new(Body::from(bytes));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(content_type) = content_type {
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            answer.headers_mut().insert(name, value);
        }
    }
    answer
}
