//! What any other sender sends: JSON, a form, or text.

use bellhop_workflow::event::{EventHead, Part};
use bellhop_workflow::ids::DeliveryId;
use bellhop_workflow::time::Timestamp;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::{EnvelopeError, Parsed, key};

/// The headers that can carry the sender's id for a delivery, the first one there counts: Standard Webhooks' and the
/// one of the IETF's draft on idempotency.
const ID_HEADERS: [&str; 2] = ["webhook-id", "idempotency-key"];

/// Reads a delivery to a generic webhook. Its type is `webhook.received` whatever it says; `data` is the body.
pub fn parse(headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<Parsed, EnvelopeError> {
    let (raw, data) = match content(headers, body)? {
        Content::Json => {
            let raw = serde_json::from_slice(body).map_err(|_| EnvelopeError::NotJson)?;
            (raw, Part::At(String::new()))
        }
        Content::Form => (json_or_text(body), Part::Inline(Value::Object(form(body)))),
        Content::Text => match json_or_text(body) {
            text @ Value::String(_) => (text, Part::At(String::new())),
            // Whoever reads the body later takes it for JSON, so the text must be kept beside it.
            json => (json, Part::Inline(text(body))),
        },
        Content::Nothing => (text(body), Part::ABSENT),
    };
    let id = ID_HEADERS.iter().find_map(|name| {
        headers
            .get(*name)
            .and_then(|value| value.to_str().ok())
            .filter(|id| !id.is_empty())
            .map(str::to_owned)
    });
    let head = EventHead {
        id: id.clone().unwrap_or_else(|| DeliveryId::generate(now).to_string()),
        kind: "webhook.received".to_owned(),
        object_type: "webhook".to_owned(),
        action: "received".to_owned(),
        time: now,
        changed: Vec::new(),
        source: "webhook".to_owned(),
        ids: Map::new(),
        data,
        previous: Part::ABSENT,
    };
    Ok(Parsed { head, event_id: id.as_deref().map(key::shortened), dedup_key: id.map(key::distinct), raw })
}

enum Content {
    Json,
    Form,
    Text,
    Nothing,
}

/// What the body is. Without a content type it is JSON where it reads as such, else text.
fn content(headers: &HeaderMap, body: &[u8]) -> Result<Content, EnvelopeError> {
    if body.is_empty() {
        return Ok(Content::Nothing);
    }
    let Some(declared) = headers.get(CONTENT_TYPE) else {
        let reads = serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok();
        return Ok(if reads { Content::Json } else { Content::Text });
    };
    let declared = declared.to_str().map_err(|_| EnvelopeError::UnsupportedContentType)?;
    let essence = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/json" => Ok(Content::Json),
        "application/x-www-form-urlencoded" => Ok(Content::Form),
        "application/xml" => Ok(Content::Text),
        other if other.ends_with("+json") => Ok(Content::Json),
        other if other.starts_with("text/") || other.ends_with("+xml") => Ok(Content::Text),
        _ => Err(EnvelopeError::UnsupportedContentType),
    }
}

/// A form's fields; one that occurs again becomes a list.
fn form(body: &[u8]) -> Map<String, Value> {
    let mut fields = Map::new();
    for (name, value) in form_urlencoded::parse(body) {
        let value = Value::String(value.into_owned());
        match fields.get_mut(name.as_ref()) {
            None => {
                fields.insert(name.into_owned(), value);
            }
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    fields
}

/// As [`EventHead::attach_bytes`] reads a body.
fn json_or_text(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| text(body))
}

fn text(body: &[u8]) -> Value {
    Value::String(String::from_utf8_lossy(body).into_owned())
}
