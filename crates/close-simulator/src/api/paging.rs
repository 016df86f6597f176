//! `_limit` and `_skip` of Close's lists.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::ApiError;

/// How many items a page has where nobody says so.
const USUAL: usize = 100;

/// Cuts one page out of `items`: `{"data": […], "has_more": …}`.
pub(crate) fn page(
    items: impl Iterator<Item = Value>,
    query: &BTreeMap<String, String>,
) -> Result<Value, ApiError> {
    let limit = number(query, "_limit", USUAL)?;
    let mut rest = items.skip(number(query, "_skip", 0)?);
    let data: Vec<Value> = rest.by_ref().take(limit).collect();
    Ok(json!({ "data": data, "has_more": rest.next().is_some() }))
}

/// A parameter that is a number.
pub(crate) fn number(query: &BTreeMap<String, String>, name: &str, usual: usize) -> Result<usize, ApiError> {
    let Some(text) = query.get(name) else { return Ok(usual) };
    text.parse().map_err(|_| ApiError::BadRequest(format!("{name} must be a number.")))
}
