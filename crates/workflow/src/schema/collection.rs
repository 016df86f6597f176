//! What is asked of lists and objects.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{Mistakes, field, fits, value};

pub(super) fn list(keywords: &Map<String, Value>, items: &[Value], path: &str, mistakes: &mut Mistakes) {
    size(keywords, ["minItems", "maxItems"], items.len(), "items", path, mistakes);
    let first = keywords.get("prefixItems").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let others = keywords.get("items");
    for (index, item) in items.iter().enumerate() {
        if mistakes.is_full() {
            return;
        }
        if let Some(schema) = first.get(index).or(others) {
            value::check(schema, item, &format!("{path}[{index}]"), mistakes);
        }
    }
    if let Some(schema) = keywords.get("contains")
        && !items.iter().any(|item| fits(schema, item))
    {
        mistakes.note(path, "must have an item as its `contains`");
    }
    if keywords.get("uniqueItems") == Some(&Value::Bool(true)) {
        let mut seen = HashSet::new();
        for (index, item) in items.iter().enumerate() {
            let mut item = item.clone();
            item.sort_all_objects();
            if !seen.insert(item.to_string()) {
                return mistakes.note(&format!("{path}[{index}]"), "is there twice");
            }
        }
    }
}

pub(super) fn object(
    keywords: &Map<String, Value>,
    fields: &Map<String, Value>,
    path: &str,
    mistakes: &mut Mistakes,
) {
    size(keywords, ["minProperties", "maxProperties"], fields.len(), "fields", path, mistakes);
    let required = keywords.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for name in required.iter().filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            mistakes.note(&field(path, name), "is missing");
        }
    }
    let known = keywords.get("properties").and_then(Value::as_object);
    for (name, given) in fields {
        if mistakes.is_full() {
            return;
        }
        let path = field(path, name);
        if let Some(schema) = keywords.get("propertyNames")
            && !fits(schema, &Value::String(name.clone()))
        {
            mistakes.note(&path, "cannot be the name of a field");
        }
        let others = keywords.get("additionalProperties");
        if let Some(schema) = known.and_then(|known| known.get(name)).or(others) {
            value::check(schema, given, &path, mistakes);
        }
    }
}

fn size(
    keywords: &Map<String, Value>,
    [least, most]: [&str; 2],
    length: usize,
    of: &str,
    path: &str,
    mistakes: &mut Mistakes,
) {
    let bound = |word: &str| keywords.get(word).and_then(Value::as_u64);
    if let Some(least) = bound(least).filter(|least| (length as u64) < *least) {
        mistakes.note(path, format!("must have at least {least} {of}"));
    }
    if let Some(most) = bound(most).filter(|most| length as u64 > *most) {
        mistakes.note(path, format!("must have at most {most} {of}"));
    }
}
