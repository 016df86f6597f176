//! What Close sends.
//!
//! - Nested, the real one: `{"event": {"id", "object_type", "action", "data", …}, "subscription_id"}`.
//! - Flat, which only other products' documentation shows: `{"event": "lead.created", "id", "data", "timestamp", …}`.
//!
//! Both become the same envelope: a flat name that the catalogue knows as one event gets that event's own type.

use bellhop_workflow::event::{EventHead, Part};
use bellhop_workflow::ids::DeliveryId;
use bellhop_workflow::model::EventPair;
use bellhop_workflow::time::Timestamp;
use serde_json::{Map, Value};

use super::{EnvelopeError, Parsed, key};
use crate::catalogue::{CLOSE, catalogue};

/// Reads a delivery of Close's. `now` stands in where the body has no time.
pub fn parse(body: &[u8], now: Timestamp) -> Result<Parsed, EnvelopeError> {
    let raw: Value = serde_json::from_slice(body).map_err(|_| EnvelopeError::NotJson)?;
    let facts = match raw.get("event") {
        Some(Value::Object(event)) => nested(event),
        Some(Value::String(name)) => flat(name, &raw),
        _ => None,
    }
    .ok_or(EnvelopeError::NotAnEvent)?;

    let id = facts.id.filter(|id| !id.is_empty());
    let dedup_key = id.as_ref().map(|id| match &facts.updated {
        // Only the instant counts: the event log may write it otherwise than a delivery does.
        Some(text) => format!("{id}@{}", time(text).map_or_else(|| text.clone(), |time| time.to_string())),
        None => id.clone(),
    });
    let happened =
        facts.updated.as_deref().and_then(time).or_else(|| facts.created.as_deref().and_then(time));
    let head = EventHead {
        kind: format!("{}.{}", facts.pair.object_type, facts.pair.action),
        id: id.clone().unwrap_or_else(|| DeliveryId::generate(now).to_string()),
        object_type: facts.pair.object_type,
        action: facts.pair.action,
        time: happened.unwrap_or(now),
        changed: facts.changed,
        source: CLOSE.to_owned(),
        ids: facts.ids,
        data: part(&raw, facts.data),
        previous: part(&raw, facts.previous),
    };
    Ok(Parsed {
        head,
        dedup_key: dedup_key.map(key::distinct),
        event_id: id.as_deref().map(key::shortened),
        raw,
    })
}

/// What both shapes say, each in its own place.
struct Facts {
    id: Option<String>,
    pair: EventPair,
    created: Option<String>,
    updated: Option<String>,
    changed: Vec<String>,
    ids: Map<String, Value>,
    data: &'static str,
    previous: &'static str,
}

fn nested(event: &Map<String, Value>) -> Option<Facts> {
    let field = |name: &str| event.get(name).and_then(Value::as_str).map(str::to_owned);
    let pair = EventPair {
        object_type: field("object_type").filter(|text| !text.is_empty())?,
        action: field("action").filter(|text| !text.is_empty())?,
    };
    Some(Facts {
        id: field("id"),
        pair,
        created: field("date_created"),
        updated: field("date_updated"),
        changed: changed(event.get("changed_fields")),
        ids: ids(|name| event.get(name)),
        data: "/event/data",
        previous: "/event/previous_data",
    })
}

fn flat(name: &str, raw: &Value) -> Option<Facts> {
    let pair = if let Some([one]) = catalogue().close_pairs(name).as_deref() {
        one.clone()
    } else {
        let (object_type, action) = name.rsplit_once('.')?;
        EventPair { object_type: object_type.to_owned(), action: action.to_owned() }
    };
    if pair.object_type.is_empty() || pair.action.is_empty() {
        return None;
    }
    let field = |name: &str| raw.get(name).and_then(Value::as_str).map(str::to_owned);
    let data = raw.get("data");
    // The ids that the nested shape has beside the object are read from the object itself.
    let is_lead = pair.object_type == "lead";
    let ids = ids(|name| {
        let named = raw.get(name).or_else(|| data?.get(name).filter(|_| name != "user_id"));
        match name {
            "object_id" => named.or_else(|| data?.get("id")),
            "lead_id" if is_lead => named.or_else(|| data?.get("id")),
            _ => named,
        }
    });
    Some(Facts {
        id: field("id"),
        pair,
        created: field("timestamp"),
        updated: field("date_updated"),
        changed: changed(raw.get("changed_fields")),
        ids,
        data: "/data",
        previous: "/previous_data",
    })
}

/// Close's useful ids. All of them are always there, so that an expression may test any of them.
fn ids<'a>(find: impl Fn(&'static str) -> Option<&'a Value>) -> Map<String, Value> {
    ["object_id", "lead_id", "user_id", "organization_id"]
        .into_iter()
        .map(|name| (name.to_owned(), find(name).filter(|id| id.is_string()).cloned().unwrap_or_default()))
        .collect()
}

fn changed(fields: Option<&Value>) -> Vec<String> {
    let fields = fields.and_then(Value::as_array).into_iter().flatten();
    fields.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn part(raw: &Value, pointer: &str) -> Part {
    if raw.pointer(pointer).is_some_and(|value| !value.is_null()) {
        Part::At(pointer.to_owned())
    } else {
        Part::ABSENT
    }
}

/// Reads a time of Close's. It leaves the offset out where it means UTC.
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text).or_else(|_| Timestamp::parse(&format!("{text}Z"))).ok()
}
