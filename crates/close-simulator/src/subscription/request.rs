//! Reads the bodies of `POST` and `PUT /webhook/`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{SubscribedEvent, SubscriptionStatus};
use crate::catalogue;
use crate::filter::Filter;

/// What a body says; a field that it leaves out is `None`.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) url: Option<String>,
    pub(crate) events: Option<Vec<SubscribedEvent>>,
    pub(crate) status: Option<SubscriptionStatus>,
    pub(crate) verify_ssl: Option<bool>,
    pub(crate) event_filter: Option<Value>,
}

/// What is wrong, by field.
pub(crate) type FieldErrors = BTreeMap<String, String>;

impl Changes {
    /// Reads a body. Fields that Close does not document are passed over.
    pub(crate) fn read(body: &Map<String, Value>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let changes = Self {
            url: read_field(body, "url", read_url, &mut errors),
            events: read_field(body, "events", read_events, &mut errors),
            status: read_field(body, "status", read_status, &mut errors),
            verify_ssl: read_field(body, "verify_ssl", read_flag, &mut errors),
            event_filter: read_field(body, "event_filter", read_object, &mut errors),
        };
        if errors.is_empty() { Ok(changes) } else { Err(errors) }
    }

    /// Reads the body of a creation, which has to say where what goes.
    pub(crate) fn read_new(
        body: &Map<String, Value>,
    ) -> Result<(String, Vec<SubscribedEvent>, Self), FieldErrors> {
        let mut changes = Self::read(body)?;
        match (changes.url.take(), changes.events.take()) {
            (Some(url), Some(events)) => Ok((url, events, changes)),
            (url, events) => {
                let mut errors = FieldErrors::new();
                for (field, missing) in [("url", url.is_none()), ("events", events.is_none())] {
                    if missing {
                        errors.insert(field.to_owned(), "This field is required.".to_owned());
                    }
                }
                Err(errors)
            }
        }
    }
}

fn read_field<T>(
    body: &Map<String, Value>,
    name: &str,
    read: fn(&Value) -> Result<T, String>,
    errors: &mut FieldErrors,
) -> Option<T> {
    match read(body.get(name)?) {
        Ok(value) => Some(value),
        Err(error) => {
            errors.insert(name.to_owned(), error);
            None
        }
    }
}

fn read_url(value: &Value) -> Result<String, String> {
    let wrong = || "Must be an http or https URL.".to_owned();
    let url = reqwest::Url::parse(value.as_str().ok_or_else(wrong)?).map_err(|_| wrong())?;
    // As it was given, not as the parser would write it: callers compare it with what they sent.
    if matches!(url.scheme(), "http" | "https") {
        Ok(value.as_str().unwrap_or_default().to_owned())
    } else {
        Err(wrong())
    }
}

fn read_events(value: &Value) -> Result<Vec<SubscribedEvent>, String> {
    let events = value.as_array().filter(|events| !events.is_empty()).ok_or("Must be a list of events.")?;
    events.iter().map(read_event).collect()
}

fn read_event(value: &Value) -> Result<SubscribedEvent, String> {
    let text = |field: &str| {
        let text = value.get(field).and_then(Value::as_str);
        text.map(ToOwned::to_owned).ok_or_else(|| format!("An event needs `{field}`."))
    };
    let (object_type, action) = (text("object_type")?, text("action")?);
    if catalogue::find(&object_type, &action).is_none() {
        return Err(format!("There is no event `{object_type}` `{action}`."));
    }
    let extra_filter = value.get("extra_filter").cloned().unwrap_or_default();
    let filter = if extra_filter.is_null() {
        None
    } else {
        let filter = serde_json::from_value::<Filter>(extra_filter.clone());
        Some(filter.map_err(|error| format!("`extra_filter` is not a filter: {error}."))?)
    };
    Ok(SubscribedEvent { object_type, action, filter, extra_filter })
}

fn read_status(value: &Value) -> Result<SubscriptionStatus, String> {
    serde_json::from_value(value.clone()).map_err(|_| "Must be `active` or `paused`.".to_owned())
}

fn read_flag(value: &Value) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| "Must be true or false.".to_owned())
}

fn read_object(value: &Value) -> Result<Value, String> {
    if value.is_object() || value.is_null() {
        Ok(value.clone())
    } else {
        Err("Must be an object or null.".to_owned())
    }
}
