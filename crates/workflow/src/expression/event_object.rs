//! `event` as expressions see it. An expression asks for few of an event's fields as a rule, so that each part becomes a
//! value of the engine's when it is asked for first.

use std::sync::{Arc, OnceLock};

use minijinja::Value as EngineValue;
use minijinja::value::{Enumerator, Object};

use super::convert::to_engine;
use crate::event::{Event, OWN_KEYS};

/// An event, with what was asked for of it.
#[derive(Debug)]
pub(super) struct EventObject {
    event: Arc<Event>,
    data: OnceLock<EngineValue>,
    previous: OnceLock<EngineValue>,
    raw: OnceLock<EngineValue>,
}

impl EventObject {
    pub(super) fn of(event: Arc<Event>) -> EngineValue {
        EngineValue::from_object(Self {
            event,
            data: OnceLock::new(),
            previous: OnceLock::new(),
            raw: OnceLock::new(),
        })
    }
}

impl Object for EventObject {
    fn get_value(self: &Arc<Self>, key: &EngineValue) -> Option<EngineValue> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<EngineValue> {
        let event = &*self.event;
        let text = |text: &str| EngineValue::from(text);
        // As in its JSON, where the last of two fields of one name is the one that is read.
        if key == "raw" {
            return Some(self.raw.get_or_init(|| to_engine(&event.raw)).clone());
        }
        if let Some(id) = event.ids.get(key) {
            return Some(to_engine(id));
        }
        Some(match key {
            "id" => text(&event.id),
            "type" => text(&event.kind),
            "object_type" => text(&event.object_type),
            "action" => text(&event.action),
            "time" => EngineValue::from(event.time.to_string()),
            "data" => self.data.get_or_init(|| to_engine(&event.data)).clone(),
            "previous" => self.previous.get_or_init(|| to_engine(&event.previous)).clone(),
            "changed" => event.changed.iter().map(|name| text(name)).collect(),
            "source" => text(&event.source),
            _ => return None,
        })
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let ids = self.event.ids.keys().map(String::as_str).filter(|id| !OWN_KEYS.contains(id));
        // The vendor's ids stand before the body.
        let own = OWN_KEYS.into_iter().filter(|key| *key != "raw");
        let names = own.chain(ids).chain(["raw"]);
        Enumerator::Values(names.map(EngineValue::from).collect())
    }
}
