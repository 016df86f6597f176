//! What any other sender sends: JSON, a form, or text.

use bellhop_workflow::event::{EventHead, Part, parse_body};
use bellhop_workflow::ids::DeliveryId;
use bellhop_workflow::time::Timestamp;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::{EnvelopeError, Parsed, key};
use crate::manifest::{Manifest, ValuePlace};

/// The headers that can carry the sender's id for a delivery, the first one there counts: Standard Webhooks' and the
/// one of the IETF's draft on idempotency.
const ID_HEADERS: [&str; 2] = ["webhook-id", "idempotency-key"];

/// The type of an event whose sender gives it none.
pub const RECEIVED: &str = "webhook.received";

/// Reads a delivery to a generic webhook; `data` is the body. Where the sender is one that is known, the event has its id
/// and type; the type is `webhook.received` where it gives none.
pub fn parse(
    sender: Option<&Manifest>,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Result<Parsed, EnvelopeError> {
    let (raw, data) = match content(headers, body)? {
        Content::Json => {
            let raw = serde_json::from_slice(body).map_err(|_| EnvelopeError::NotJson)?;
            (raw, Part::At(String::new()))
        }
        Content::Form => (parse_body(body), Part::Inline(Value::Object(form(body)))),
        Content::Text => match parse_body(body) {
            text @ Value::String(_) => (text, Part::At(String::new())),
            // Whoever reads the body later takes it for JSON, so the text must be kept beside it.
            json => (json, Part::Inline(text(body))),
        },
        Content::Nothing => (text(body), Part::ABSENT),
    };
    let find = |place: &ValuePlace| {
        let said = if let Part::Inline(data) = &data { data } else { &raw };
        place.find(headers, said)
    };
    let id = match sender {
        Some(sender) => find(&sender.event.id),
        None => ID_HEADERS.iter().find_map(|name| ValuePlace::Header((*name).to_owned()).find(headers, &raw)),
    };
    let named = sender.and_then(|sender| {
        let action = sender.event.action.as_ref().and_then(find);
        Some(Named::new(find(&sender.event.kind)?, action))
    });
    let Named { kind, object_type, action } = named.unwrap_or_else(Named::unknown);
    let head = EventHead {
        id: id.clone().unwrap_or_else(|| DeliveryId::generate(now).to_string()),
        kind,
        object_type,
        action,
        time: now,
        changed: Vec::new(),
        source: sender.map_or("webhook", |sender| sender.name).to_owned(),
        ids: Map::new(),
        data,
        previous: Part::ABSENT,
    };
    Ok(Parsed { head, event_id: id.as_deref().map(key::shortened), dedup_key: id.map(key::distinct), raw })
}

/// What an event is called.
struct Named {
    kind: String,
    object_type: String,
    action: String,
}

impl Named {
    /// As its sender calls it: `invoice.paid`; `issues` with the action `opened`, which is `issues.opened`; or `push`.
    fn new(kind: String, action: Option<String>) -> Self {
        let kind = match action {
            Some(action) => format!("{kind}.{action}"),
            None => kind,
        };
        let (object_type, action) = kind.rsplit_once('.').unwrap_or((kind.as_str(), "received"));
        let (object_type, action) = (object_type.to_owned(), action.to_owned());
        Self { kind, object_type, action }
    }

    fn unknown() -> Self {
        Self::new(RECEIVED.to_owned(), None)
    }
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

fn text(body: &[u8]) -> Value {
    Value::String(String::from_utf8_lossy(body).into_owned())
}
