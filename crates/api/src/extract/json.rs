//! JSON bodies.

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::body::read_body;
use crate::problem::{Problem, kind};
use crate::state::ApiState;

/// A JSON body, read as a `T`, which says itself whether it has to be an object.
pub(crate) struct JsonBody<T>(pub(crate) T);

/// A JSON object that may be left out.
pub(crate) struct OptionalJsonBody<T>(pub(crate) Option<T>);

impl<T: DeserializeOwned> FromRequest<ApiState> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Problem> {
        let body = read_json(request, state).await?;
        let body =
            body.ok_or_else(|| Problem::because(kind::MALFORMED_BODY, "The body is empty; JSON is needed."))?;
        parse(&body).map(Self)
    }
}

impl<T: DeserializeOwned> FromRequest<ApiState> for OptionalJsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Problem> {
        let body = read_json(request, state).await?;
        body.map(|body| parse_object(&body)).transpose().map(Self)
    }
}

/// The body's bytes, which say that they are JSON; none where it is empty.
async fn read_json(request: Request, state: &ApiState) -> Result<Option<Bytes>, Problem> {
    let (parts, body) = request.into_parts();
    let bytes = read_body(&parts.headers, body, state.rest_body_limit(), state.body_timeout).await?;
    if bytes.is_empty() {
        return Ok(None);
    }
    if !is_json(&parts.headers) {
        return Err(Problem::because(
            kind::UNSUPPORTED_MEDIA_TYPE,
            "The body has to be JSON: send `Content-Type: application/json`.",
        ));
    }
    Ok(Some(bytes))
}

/// Whether the content type is JSON, or one of the types that are written in it.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|media| media == "application/json" || media.ends_with("+json"))
}

/// The content type in lower case, without its parameters.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let media = value.split(';').next().unwrap_or_default();
    Some(media.trim().to_ascii_lowercase())
}

/// Reads a JSON object. Serde would take a list for one, field by field in the order of the code.
pub(super) fn parse_object<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, Problem> {
    let is_object = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    if !is_object && parse::<IgnoredAny>(bytes).is_ok() {
        return Err(Problem::because(kind::INVALID_BODY, "The body has to be a JSON object."));
    }
    parse(bytes)
}

/// Reads JSON. What is not JSON is 400; JSON of another shape is 422.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        let kind = if error.is_data() { kind::INVALID_BODY } else { kind::MALFORMED_BODY };
        Problem::because(kind, format!("The body does not fit: {error}."))
    })
}
