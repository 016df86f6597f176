//! Examples of answers, put together from those of their parts.

use serde_json::{Map, Value, json};

/// How deep a type may lie within others before it is left out.
const DEEPEST: usize = 12;

/// What most things have nothing of.
const MOSTLY_NONE: [&str; 8] =
    ["body_base64", "error", "last_error", "parent", "reason", "replay_of", "retry_at", "retry_of"];

/// A value that the schema allows: the example that it has itself, or one that is made of its parts'.
pub(super) fn example_of(schema: &Value, schemas: &Value) -> Value {
    within(schema, schemas, 0)
}

fn within(schema: &Value, schemas: &Value, depth: usize) -> Value {
    if let Some(example) = schema.get("example").or_else(|| schema["examples"].get(0)) {
        return example.clone();
    }
    if depth > DEEPEST {
        return Value::Null;
    }
    let inner = |schema: &Value| within(schema, schemas, depth + 1);
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return inner(&schemas[name]);
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let parts = parts.iter().map(inner).filter_map(|part| part.as_object().cloned());
        return Value::Object(parts.fold(Map::new(), |mut all, part| {
            all.extend(part);
            all
        }));
    }
    if let Some(choices) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
        let some = choices.iter().find(|choice| choice["type"] != "null");
        return some.map_or(Value::Null, inner);
    }
    match kind(schema) {
        "object" => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            let one = |(name, field): (&String, &Value)| {
                let is_none = MOSTLY_NONE.contains(&name.as_str()) && may_be_null(field);
                (name.clone(), if is_none { Value::Null } else { inner(field) })
            };
            Value::Object(fields.map(one).collect())
        }
        "array" => json!([inner(&schema["items"])]),
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or(json!(1)),
        "boolean" => json!(true),
        "string" => text(schema),
        _ => Value::Null,
    }
}

fn may_be_null(schema: &Value) -> bool {
    let choices = schema["type"].as_array().into_iter().flatten();
    let is_one = choices.filter_map(Value::as_str).any(|kind| kind == "null");
    is_one || schema["oneOf"].as_array().into_iter().flatten().any(|choice| choice["type"] == "null")
}

/// The type; of several the first that is something.
fn kind(schema: &Value) -> &str {
    match &schema["type"] {
        Value::Array(types) => {
            types.iter().filter_map(Value::as_str).find(|it| *it != "null").unwrap_or("null")
        }
        kind => kind.as_str().unwrap_or_default(),
    }
}

fn text(schema: &Value) -> Value {
    json!(match schema["format"].as_str() {
        Some("date-time") => "2026-03-02T09:00:14.000000Z",
        Some("uuid") => "01a20010-cf0b-701a-a99e-9c742a238d3d",
        _ => "…",
    })
}
