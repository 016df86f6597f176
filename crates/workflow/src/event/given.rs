//! An event that somebody writes by hand, to start a workflow or to rehearse one: what is given, and sensible values for
//! the rest.

use serde_json::{Map, Value};

use super::{EventHead, Part};
use crate::model::{EventPair, Trigger, TriggerKind};
use crate::time::Timestamp;

/// The type of the event that a start by hand has where none is given.
pub const STARTED_BY_HAND: &str = "manual.started";

/// The keys of an event that have a place of their own; all others are the vendor's ids.
pub const OWN_KEYS: [&str; 10] =
    ["id", "type", "object_type", "action", "time", "data", "previous", "changed", "source", "raw"];

/// What an event gets where nothing is given.
#[derive(Debug, Clone)]
pub struct Fallback {
    /// Its `id`.
    pub id: String,
    /// Its `type`.
    pub kind: String,
    /// Its `source`.
    pub source: String,
    /// Its `time`.
    pub time: Timestamp,
}

/// A field of the given event is not what an event has there.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`event.{field}` has to be {expected}")]
pub struct WrongField {
    /// Which.
    pub field: &'static str,
    /// What it has to be, in words.
    pub expected: &'static str,
}

/// Completes the given event: the head, and the body that it points into.
pub fn complete(given: Map<String, Value>, fallback: Fallback) -> Result<(EventHead, Value), WrongField> {
    let kind = text(&given, "type")?.unwrap_or(fallback.kind);
    let (object_type, action) = kind.rsplit_once('.').unwrap_or((&kind, ""));
    let head = EventHead {
        id: text(&given, "id")?.unwrap_or(fallback.id),
        object_type: text(&given, "object_type")?.unwrap_or_else(|| object_type.to_owned()),
        action: text(&given, "action")?.unwrap_or_else(|| action.to_owned()),
        time: time(&given)?.unwrap_or(fallback.time),
        changed: changed(&given)?,
        source: text(&given, "source")?.unwrap_or(fallback.source),
        ids: given.iter().filter(|(key, _)| !OWN_KEYS.contains(&key.as_str())).map(owned).collect(),
        data: part(&given, "data", Value::Object(Map::new())),
        previous: part(&given, "previous", Value::Null),
        kind,
    };
    // An event from the history brings its body along. Its parts need not lie in that body where ours do.
    let raw = match given.get("raw") {
        Some(raw) if !raw.is_null() => raw.clone(),
        _ => Value::Object(given),
    };
    Ok((head, raw))
}

/// The type of event that a trigger waits for, the first where there are several; none for a start by hand.
#[must_use]
pub fn type_awaited_by(trigger: &Trigger) -> Option<String> {
    match &trigger.kind {
        TriggerKind::Close(close) => {
            close.events.first().map(|event| format!("{}.{}", event.object_type, event.action))
        }
        TriggerKind::Vendor(vendor) => vendor.events.first().map(EventPair::name),
        TriggerKind::Webhook(_) => Some("webhook.received".to_owned()),
        TriggerKind::Schedule(_) => Some("schedule.fired".to_owned()),
        TriggerKind::Manual(_) => None,
    }
}

fn text(given: &Map<String, Value>, field: &'static str) -> Result<Option<String>, WrongField> {
    match given.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(WrongField { field, expected: "text" }),
    }
}

fn time(given: &Map<String, Value>) -> Result<Option<Timestamp>, WrongField> {
    let wrong = WrongField { field: "time", expected: "a time such as `2026-03-02T09:00:14Z`" };
    match text(given, "time")? {
        None => Ok(None),
        Some(text) => Timestamp::parse(&text).map(Some).map_err(|_| wrong),
    }
}

/// The names of the changed fields; where they are left out, those whose old values are given.
fn changed(given: &Map<String, Value>) -> Result<Vec<String>, WrongField> {
    let wrong = || WrongField { field: "changed", expected: "a list of field names" };
    match given.get("changed") {
        None | Some(Value::Null) => Ok(match given.get("previous") {
            Some(Value::Object(previous)) => previous.keys().cloned().collect(),
            _ => Vec::new(),
        }),
        Some(Value::Array(names)) => {
            names.iter().map(|name| name.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
        }
        Some(_) => Err(wrong()),
    }
}

fn part(given: &Map<String, Value>, field: &str, absent: Value) -> Part {
    let inside_raw = given.get("raw").is_none_or(Value::is_null);
    match given.get(field) {
        None => Part::Inline(absent),
        Some(_) if inside_raw => Part::At(format!("/{field}")),
        Some(value) => Part::Inline(value.clone()),
    }
}

fn owned((key, value): (&String, &Value)) -> (String, Value) {
    (key.clone(), value.clone())
}
