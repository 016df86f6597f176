//! `/event/`: the event log. <https://developer.close.com/api/resources/events>

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::ApiError;
use super::caller::Caller;
use super::paging::number;
use crate::clock;
use crate::event::{Cursor, Event, EventQuery};
use crate::hub::Hub;

/// The most events on a page, and how many there are where nobody says so.
const LIMIT: usize = 50;
/// How far back the log goes.
const REACH: SignedDuration = SignedDuration::from_hours(30 * 24);
/// After this time only administrators see what an event was about.
const OPEN_FOR: SignedDuration = SignedDuration::from_hours(1);

/// The filters that Close takes together; `date_updated` may join any of them.
const COMBINATIONS: [&[&str]; 15] = [
    &[],
    &["action", "object_type"],
    &["action", "object_id"],
    &["object_id", "object_type"],
    &["lead_id"],
    &["lead_id", "object_type"],
    &["action", "lead_id", "object_type"],
    &["lead_id", "user_id"],
    &["lead_id", "object_type", "user_id"],
    &["action", "lead_id", "object_type", "user_id"],
    &["user_id"],
    &["object_id", "user_id"],
    &["action", "object_id", "user_id"],
    &["object_type", "user_id"],
    &["action", "object_type", "user_id"],
];

pub(crate) async fn list(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    Query(parameters): Query<BTreeMap<String, String>>,
) -> Result<Json<Value>, ApiError> {
    let now = hub.now();
    let query = read_query(&parameters, now)?;
    let cursor = read_cursor(parameters.get("_cursor").map_or("", String::as_str))?;
    let limit = number(&parameters, "_limit", LIMIT)?;
    if limit == 0 || limit > LIMIT {
        return Err(wrong(format!("_limit must be from 1 to {LIMIT}.")));
    }
    let page = hub.world().log.page(&query, cursor, limit);
    let data: Vec<Value> = page.events.iter().map(|event| view(event, &caller, now)).collect();
    Ok(Json(json!({
        "data": data,
        "cursor_next": page.next.map(write_cursor),
        "cursor_previous": page.previous.map(write_cursor),
    })))
}

pub(crate) async fn show(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let event = hub.world().log.get(&id).cloned().ok_or(ApiError::NotFound)?;
    Ok(Json(view(&event, &caller, hub.now())))
}

fn view(event: &Event, caller: &Caller, now: Timestamp) -> Value {
    let mut view = event.to_value();
    if !caller.is_admin && now.duration_since(event.date_updated) > OPEN_FOR {
        view["data"] = Value::Null;
        view["previous_data"] = Value::Null;
    }
    view
}

fn read_query(parameters: &BTreeMap<String, String>, now: Timestamp) -> Result<EventQuery, ApiError> {
    let mut query = EventQuery::default();
    let mut given = Vec::new();
    let oldest = now.saturating_sub(REACH).unwrap_or(now);
    let (mut from, mut to) = (Bound::Included(oldest), Bound::Unbounded);
    for (name, value) in parameters {
        let field = match name.as_str() {
            "object_type" => &mut query.object_type,
            "object_id" => &mut query.object_id,
            "action" => &mut query.action,
            "lead_id" => &mut query.lead_id,
            "user_id" => &mut query.user_id,
            "request_id" => &mut query.request_id,
            "_cursor" | "_limit" => continue,
            _ => {
                let at = || clock::read(value).ok_or_else(|| wrong(format!("{name} must be a date.")));
                match name.as_str() {
                    "date_updated" => (from, to) = (Bound::Included(at()?), Bound::Included(at()?)),
                    "date_updated__gt" => from = Bound::Excluded(at()?),
                    "date_updated__gte" => from = Bound::Included(at()?),
                    "date_updated__lt" => to = Bound::Excluded(at()?),
                    "date_updated__lte" => to = Bound::Included(at()?),
                    _ => return Err(wrong(format!("{name} is not a parameter of the event log."))),
                }
                continue;
            }
        };
        *field = Some(value.clone());
        given.push(name.as_str());
    }
    if given != ["request_id"] && !COMBINATIONS.contains(&given.as_slice()) {
        return Err(wrong(format!("These filters do not go together: {}.", given.join(", "))));
    }
    // Whoever asks for more gets what there is.
    if let Bound::Included(at) | Bound::Excluded(at) = from
        && at < oldest
    {
        from = Bound::Included(oldest);
    }
    query.updated = Some((from, to));
    Ok(query)
}

fn read_cursor(text: &str) -> Result<Cursor, ApiError> {
    if text.is_empty() {
        return Ok(Cursor::Newest);
    }
    let decoded = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let place = decoded.as_deref().and_then(|text| {
        let (direction, place) = text.split_once(' ')?;
        match direction {
            "before" => place.parse().ok().map(Cursor::Before),
            "after" => place.parse().ok().map(Cursor::After),
            _ => None,
        }
    });
    place.ok_or_else(|| wrong("_cursor is not a cursor of this log.".to_owned()))
}

fn write_cursor(cursor: Cursor) -> String {
    let text = match cursor {
        Cursor::Newest => return String::new(),
        Cursor::Before(place) => format!("before {place}"),
        Cursor::After(place) => format!("after {place}"),
    };
    URL_SAFE_NO_PAD.encode(text)
}

fn wrong(text: String) -> ApiError {
    ApiError::BadRequest(text)
}
