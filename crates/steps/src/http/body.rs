//! The body of a request: `json`, `form`, `text` or `body_base64`, at most one of them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::HeaderValue;
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::StepFailure;
use crate::input::{Input, describe, pairs, scalar};

/// A body and what it is, unless a header says otherwise.
pub(super) struct Body {
    pub(super) content_type: HeaderValue,
    pub(super) bytes: Bytes,
}

/// Reads the body; `None` where there is none. An explicit `json: null` is a body.
pub(super) fn read(input: &mut Input<'_>) -> Result<Option<Body>, StepFailure> {
    let bodies = [
        input.raw("json").map(|value| Ok(json(value))),
        input.optional("form")?.map(|map| form(&map)),
        input.raw("text").filter(|value| !value.is_null()).map(text),
        input.optional("body_base64")?.map(|text: String| base64(&text)),
    ];
    let mut bodies = bodies.into_iter().flatten();
    let body = bodies.next().transpose()?;
    if bodies.next().is_some() {
        return Err(StepFailure::invalid_input(
            "a request has one body: only one of `json`, `form`, `text` and `body_base64`",
        ));
    }
    Ok(body)
}

fn json(value: &Value) -> Body {
    body("application/json", value.to_string())
}

fn form(map: &Map<String, Value>) -> Result<Body, StepFailure> {
    let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs("form", map)?).finish();
    Ok(body("application/x-www-form-urlencoded", encoded))
}

fn text(value: &Value) -> Result<Body, StepFailure> {
    let text = scalar(value).ok_or_else(|| {
        StepFailure::invalid_input(format!("`text` is {}: send it under `json`", describe(value)))
    })?;
    Ok(body("text/plain; charset=utf-8", text.into_owned()))
}

fn base64(text: &str) -> Result<Body, StepFailure> {
    let bytes = STANDARD
        .decode(text)
        .map_err(|_| StepFailure::invalid_input("`body_base64` is not base64 (RFC 4648 section 4)"))?;
    Ok(body("application/octet-stream", bytes))
}

fn body(content_type: &'static str, bytes: impl Into<Bytes>) -> Body {
    Body { content_type: HeaderValue::from_static(content_type), bytes: bytes.into() }
}
