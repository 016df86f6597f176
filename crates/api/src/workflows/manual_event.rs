//! The event of a run that somebody starts by hand: what is given, and sensible values for the rest.

use bellhop_workflow::event::{EventHead, Part};
use bellhop_workflow::model::{TriggerKind, Workflow};
use bellhop_workflow::time::Timestamp;
use serde_json::{Map, Value};

/// What a run by hand begins with where no event is given.
const STARTED: &str = "manual.started";

/// The keys of an event that have a place of their own; all others are the vendor's ids.
const OWN_KEYS: [&str; 10] =
    ["id", "type", "object_type", "action", "time", "data", "previous", "changed", "source", "raw"];

/// A field of the given event is not what an event has there.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`event.{field}` has to be {expected}")]
pub(crate) struct WrongField {
    field: &'static str,
    expected: &'static str,
}

/// An event as it is stored: the head, and the body that it points into.
pub(crate) struct ManualEvent {
    pub(crate) head: EventHead,
    pub(crate) raw: Value,
}

/// Completes the given event; `fallback_id` is its id where it has none.
///
/// A missing `type` is that of the first event that the workflow's trigger waits for.
pub(crate) fn manual_event(
    given: Option<Map<String, Value>>,
    workflow: &Workflow,
    fallback_id: String,
    now: Timestamp,
) -> Result<ManualEvent, WrongField> {
    let default_type = if given.is_some() { type_of_trigger(workflow) } else { STARTED.to_owned() };
    let given = given.unwrap_or_default();
    let kind = text(&given, "type")?.unwrap_or(default_type);
    let (object_type, action) = kind.rsplit_once('.').unwrap_or((&kind, ""));
    let head = EventHead {
        id: text(&given, "id")?.unwrap_or(fallback_id),
        object_type: text(&given, "object_type")?.unwrap_or_else(|| object_type.to_owned()),
        action: text(&given, "action")?.unwrap_or_else(|| action.to_owned()),
        time: time(&given)?.unwrap_or(now),
        changed: changed(&given)?,
        source: text(&given, "source")?.unwrap_or_else(|| "manual".to_owned()),
        ids: given.iter().filter(|(key, _)| !OWN_KEYS.contains(&key.as_str())).map(owned).collect(),
        data: part(&given, "data", Value::Object(Map::new())),
        previous: part(&given, "previous", Value::Null),
        kind,
    };
    // An event from the history brings its body along. Its parts need not lie in that body where ours do.
    let raw = given
        .get("raw")
        .filter(|raw| !raw.is_null())
        .map_or_else(|| Value::Object(given.clone()), Clone::clone);
    Ok(ManualEvent { head, raw })
}

fn type_of_trigger(workflow: &Workflow) -> String {
    let types = workflow.triggers.iter().filter_map(|trigger| match &trigger.kind {
        TriggerKind::Close(close) => {
            close.events.first().map(|event| format!("{}.{}", event.object_type, event.action))
        }
        TriggerKind::Webhook(_) => Some("webhook.received".to_owned()),
        TriggerKind::Schedule(_) => Some("schedule.fired".to_owned()),
        TriggerKind::Manual(_) => None,
    });
    types.into_iter().next().unwrap_or_else(|| STARTED.to_owned())
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
