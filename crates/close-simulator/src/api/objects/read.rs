//! Reading objects.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use serde_json::{Map, Value};

use crate::api::ApiError;
use crate::api::caller::Caller;
use crate::api::paging::page;
use crate::hub::Hub;
use crate::objects::Kind;

/// Lists objects, the newest first. A parameter that is a field's name lets through what has that value; `query` what
/// has the text anywhere, which is as near to Close's search as a stand-in needs to come.
pub(crate) fn list(
    kind: Kind,
    State(hub): State<Arc<Hub>>,
    _: Caller,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Json<Value>, ApiError> {
    let world = hub.world();
    let found = world
        .objects
        .all(kind)
        .rev()
        .filter(|object| query.iter().all(|(name, value)| passes(object, name, value)))
        .filter_map(|object| world.objects.show(kind, object.get("id")?.as_str()?))
        .map(Value::Object);
    page(found, &query).map(Json)
}

fn passes(object: &Map<String, Value>, name: &str, wanted: &str) -> bool {
    if name == "query" {
        let text = Value::Object(object.clone()).to_string().to_lowercase();
        return text.contains(&wanted.to_lowercase());
    }
    match object.get(name) {
        Some(Value::String(value)) => value == wanted,
        Some(value) => {
            let text = value.to_string();
            text == wanted
        }
        // `_limit`, `_fields` and what Close has besides.
        None => true,
    }
}

pub(crate) fn show(
    kind: Kind,
    State(hub): State<Arc<Hub>>,
    _: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    hub.world().objects.show(kind, &id).map(|object| Json(Value::Object(object))).ok_or(ApiError::NotFound)
}
