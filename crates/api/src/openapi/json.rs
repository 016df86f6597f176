//! `GET /api/openapi.json`: the description, for programs. It says nothing of this server, and needs no token.

use std::sync::LazyLock;

use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::header::CONTENT_TYPE;

use super::document;

/// Answers with the description.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    tag = "Public",
    operation_id = "describe",
    summary = "Give this description",
    responses((status = 200, body = Value, description = "OpenAPI 3.1", example = json!({ "openapi": "3.1.0" })))
)]
pub(crate) async fn json() -> Response {
    static TEXT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(document().to_string()));
    ([(CONTENT_TYPE, "application/json")], TEXT.clone()).into_response()
}
