//! `event` as expressions see it. An expression asks for few of an event's fields as a rule, so that each of them becomes a
//! value of the engine's when it is asked for first.

use std::sync::{Arc, OnceLock};

use minijinja::Value as EngineValue;
use minijinja::value::{Enumerator, Object};
use serde_json::{Map, Value};

use super::convert::to_engine;
use crate::event::{HeldEvent, OWN_KEYS};

/// An event, with what was asked for of it.
#[derive(Debug)]
pub(super) struct EventObject {
    event: Arc<HeldEvent>,
    data: OnceLock<EngineValue>,
    previous: OnceLock<EngineValue>,
    raw: OnceLock<EngineValue>,
}

impl EventObject {
    pub(super) fn of(event: Arc<HeldEvent>) -> EngineValue {
        EngineValue::from_object(Self {
            event,
            data: OnceLock::new(),
            previous: OnceLock::new(),
            raw: OnceLock::new(),
        })
    }

    fn part(&self, known: &OnceLock<EngineValue>, part: fn(&HeldEvent) -> &Value) -> EngineValue {
        known.get_or_init(|| PartObject::of(&self.event, part)).clone()
    }
}

impl Object for EventObject {
    fn get_value(self: &Arc<Self>, key: &EngineValue) -> Option<EngineValue> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<EngineValue> {
        let head = &self.event.head;
        let text = |text: &str| EngineValue::from(text);
        // As in its JSON, where the last of two fields of one name is the one that is read.
        if key == "raw" {
            return Some(self.part(&self.raw, |event| &event.raw));
        }
        if let Some(id) = head.ids.get(key) {
            return Some(to_engine(id));
        }
        Some(match key {
            "id" => text(&head.id),
            "type" => text(&head.kind),
            "object_type" => text(&head.object_type),
            "action" => text(&head.action),
            "time" => EngineValue::from(head.time.to_string()),
            "data" => self.part(&self.data, HeldEvent::data),
            "previous" => self.part(&self.previous, HeldEvent::previous),
            "changed" => head.changed.iter().map(|name| text(name)).collect(),
            "source" => text(&head.source),
            _ => return None,
        })
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let ids = self.event.head.ids.keys().map(String::as_str).filter(|id| !OWN_KEYS.contains(id));
        // The vendor's ids stand before the body.
        let own = OWN_KEYS.into_iter().filter(|key| *key != "raw");
        let names = own.chain(ids).chain(["raw"]);
        Enumerator::Values(names.map(EngineValue::from).collect())
    }
}

/// A part of an event that is a JSON object. Of its fields a plain one is converted by itself. Where a list or an object
/// is asked for, all of it is converted, once: such a field is likely to be walked through, and asked for again.
#[derive(Debug)]
struct PartObject {
    event: Arc<HeldEvent>,
    part: fn(&HeldEvent) -> &Value,
    whole: OnceLock<EngineValue>,
}

impl PartObject {
    fn of(event: &Arc<HeldEvent>, part: fn(&HeldEvent) -> &Value) -> EngineValue {
        match part(event) {
            Value::Object(_) => {
                EngineValue::from_object(Self { event: Arc::clone(event), part, whole: OnceLock::new() })
            }
            other => to_engine(other),
        }
    }

    fn fields(&self) -> Option<&Map<String, Value>> {
        (self.part)(&self.event).as_object()
    }
}

impl Object for PartObject {
    fn get_value(self: &Arc<Self>, key: &EngineValue) -> Option<EngineValue> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<EngineValue> {
        match self.fields()?.get(key)? {
            Value::Array(_) | Value::Object(_) => {
                let whole = self.whole.get_or_init(|| to_engine((self.part)(&self.event)));
                whole.get_attr(key).ok()
            }
            plain => Some(to_engine(plain)),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let names = self.fields().into_iter().flat_map(Map::keys);
        Enumerator::Values(names.map(|name| EngineValue::from(name.as_str())).collect())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        self.fields().map(Map::len)
    }
}
