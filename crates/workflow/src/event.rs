//! The envelope that every trigger kind gives a workflow as `event`.

mod given;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

pub use self::given::{Fallback, OWN_KEYS, STARTED_BY_HAND, WrongField, complete, type_awaited_by};
use crate::time::Timestamp;

/// What happened, in one shape whatever the vendor's own is. The vendor's untouched body is in `raw`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// The vendor's event id, or one made here where the sender gave none.
    #[schema(example = "ev_1")]
    pub id: String,
    /// `<object_type>.<action>`.
    #[serde(rename = "type")]
    #[schema(example = "lead.created")]
    pub kind: String,
    /// The kind of object that the event is about, as the vendor names it.
    #[schema(example = "lead")]
    pub object_type: String,
    /// What happened to it.
    #[schema(example = "created")]
    pub action: String,
    /// When it happened, where the sender says so; else when it arrived.
    pub time: Timestamp,
    /// The object, `null` where it is gone.
    #[schema(example = json!({ "id": "lead_1", "display_name": "Acme" }))]
    pub data: Value,
    /// Old values of the fields that changed, `null` where there are none.
    #[serde(default)]
    pub previous: Value,
    /// Names of the fields that changed.
    #[serde(default)]
    #[schema(example = json!([]))]
    pub changed: Vec<String>,
    /// Which kind of trigger it came through: `close`, `webhook`, `manual`.
    #[schema(example = "close")]
    pub source: String,
    /// The vendor's own useful ids (for Close: `lead_id`, `object_id`, `user_id`, `organization_id`).
    #[serde(flatten)]
    #[schema(example = json!({ "lead_id": "lead_1" }))]
    pub ids: Map<String, Value>,
    /// The body as it was sent.
    #[serde(default)]
    pub raw: Value,
}

/// One part of an event: where it lies in the body, or the value itself where the body does not hold it as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A JSON pointer (RFC 6901) into the body; the empty one is the whole of it.
    At(String),
    /// The value itself.
    Inline(Value),
}

impl Part {
    /// Nothing there: `null`.
    pub const ABSENT: Self = Self::Inline(Value::Null);

    fn find<'a>(&'a self, raw: &'a Value) -> &'a Value {
        match self {
            Self::At(pointer) => raw.pointer(pointer).unwrap_or(&Value::Null),
            Self::Inline(value) => value,
        }
    }
}

/// An event as it is stored: everything but what the body says already. The body is kept once, beside it, so that
/// an execution costs its event's size once on disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventHead {
    /// See [`Event::id`].
    pub id: String,
    /// See [`Event::kind`].
    #[serde(rename = "type")]
    pub kind: String,
    /// See [`Event::object_type`].
    pub object_type: String,
    /// See [`Event::action`].
    pub action: String,
    /// See [`Event::time`].
    pub time: Timestamp,
    /// See [`Event::changed`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    /// See [`Event::source`].
    pub source: String,
    /// See [`Event::ids`].
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub ids: Map<String, Value>,
    /// Where [`Event::data`] is.
    pub data: Part,
    /// Where [`Event::previous`] is.
    pub previous: Part,
}

impl EventHead {
    /// The whole event, with `raw` as its parsed body.
    #[must_use]
    pub fn attach(self, raw: Value) -> Event {
        Event {
            data: self.data.find(&raw).clone(),
            previous: self.previous.find(&raw).clone(),
            id: self.id,
            kind: self.kind,
            object_type: self.object_type,
            action: self.action,
            time: self.time,
            changed: self.changed,
            source: self.source,
            ids: self.ids,
            raw,
        }
    }
}

/// An event as an execution holds it: what an [`Event`] is, but the data are not there a second time beside the body.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldEvent {
    /// All but the body.
    pub head: EventHead,
    /// See [`Event::raw`].
    pub raw: Value,
}

impl HeldEvent {
    /// See [`Event::data`].
    #[must_use]
    pub fn data(&self) -> &Value {
        self.head.data.find(&self.raw)
    }

    /// See [`Event::previous`].
    #[must_use]
    pub fn previous(&self) -> &Value {
        self.head.previous.find(&self.raw)
    }

    /// The whole of it.
    #[must_use]
    pub fn into_event(self) -> Event {
        self.head.attach(self.raw)
    }
}

/// An event's body from its bytes: one that is not JSON is a text.
#[must_use]
pub fn parse_body(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()))
}

/// The bytes that [`parse_body`] gives this for.
#[must_use]
pub fn body_bytes(body: &Value) -> Vec<u8> {
    match body {
        // A text that is JSON itself would be read as what it says.
        Value::String(text) if serde_json::from_str::<Value>(text).is_err() => text.clone().into_bytes(),
        body => body.to_string().into_bytes(),
    }
}
