//! What is asked of values of every type.

use serde_json::Value;

use super::{Mistakes, collection, fits, number, text};

/// The names of types, with how a sentence has them.
pub(crate) const TYPES: [(&str, &str); 7] = [
    ("string", "text"),
    ("number", "a number"),
    ("integer", "a whole number"),
    ("boolean", "true or false"),
    ("object", "an object"),
    ("array", "a list"),
    ("null", "null"),
];

/// How many values of an `enum` a message lists.
const MAX_LISTED: usize = 10;

pub(super) fn check(schema: &Value, value: &Value, path: &str, mistakes: &mut Mistakes) {
    if mistakes.is_full() {
        return;
    }
    let keywords = match schema {
        Value::Object(keywords) => keywords,
        Value::Bool(false) => return mistakes.note(path, "must not be there"),
        _ => return,
    };
    if let Some(wanted) = keywords.get("type")
        && !is_of(wanted, value)
    {
        // Of something else, the other keywords would say nothing that helps.
        return mistakes.note(path, format!("must be {}", named(wanted)));
    }
    if let Some(Value::Array(values)) = keywords.get("enum")
        && !values.iter().any(|one| is_same(one, value))
    {
        let mut shown: Vec<String> =
            values.iter().take(MAX_LISTED).map(|one| format!("`{}`", plain(one))).collect();
        if values.len() > MAX_LISTED {
            shown.push("…".to_owned());
        }
        mistakes.note(path, format!("must be one of {}", shown.join(", ")));
    }
    if let Some(only) = keywords.get("const")
        && !is_same(only, value)
    {
        mistakes.note(path, format!("must be `{}`", plain(only)));
    }
    match value {
        Value::String(given) => text::check(keywords, given, path, mistakes),
        Value::Number(given) => number::check(keywords, given, path, mistakes),
        Value::Array(items) => collection::list(keywords, items, path, mistakes),
        Value::Object(fields) => collection::object(keywords, fields, path, mistakes),
        Value::Null | Value::Bool(_) => {}
    }
    together(keywords, value, path, mistakes);
}

fn together(keywords: &serde_json::Map<String, Value>, value: &Value, path: &str, mistakes: &mut Mistakes) {
    let schemas = |word: &str| keywords.get(word).and_then(Value::as_array).map(Vec::as_slice);
    for schema in schemas("allOf").unwrap_or_default() {
        check(schema, value, path, mistakes);
    }
    if schemas("anyOf").is_some_and(|any| !any.iter().any(|schema| fits(schema, value))) {
        mistakes.note(path, "must be as one of its `anyOf`");
    }
    if let Some(one) = schemas("oneOf") {
        match one.iter().filter(|schema| fits(schema, value)).count() {
            1 => {}
            0 => mistakes.note(path, "must be as one of its `oneOf`"),
            _ => mistakes.note(path, "must be as one of its `oneOf` only, and is as several"),
        }
    }
    if keywords.get("not").is_some_and(|schema| fits(schema, value)) {
        mistakes.note(path, "must be other than its `not`");
    }
}

fn is_of(wanted: &Value, value: &Value) -> bool {
    let is = |name: &str| match (name, value) {
        ("string", Value::String(_))
        | ("number", Value::Number(_))
        | ("boolean", Value::Bool(_))
        | ("object", Value::Object(_))
        | ("array", Value::Array(_))
        | ("null", Value::Null) => true,
        // 2.0 is a whole number, as JSON has but one kind of them.
        ("integer", Value::Number(number)) => {
            number.is_i64() || number.is_u64() || number.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        _ => false,
    };
    match wanted {
        Value::String(name) => is(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(is),
        _ => true,
    }
}

fn named(wanted: &Value) -> String {
    let phrase = |name: &Value| {
        let found = TYPES.iter().find(|(word, _)| Some(*word) == name.as_str());
        found.map_or("of its type", |(_, phrase)| phrase)
    };
    match wanted {
        Value::Array(names) => names.iter().map(phrase).collect::<Vec<_>>().join(" or "),
        name => phrase(name).to_owned(),
    }
}

/// Whether two values are the same, whichever way their numbers are written.
fn is_same(one: &Value, other: &Value) -> bool {
    one == other || (one.is_number() && other.is_number() && one.as_f64() == other.as_f64())
}

fn plain(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.chars().take(60).collect()
}
