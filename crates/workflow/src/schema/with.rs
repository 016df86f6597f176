//! What each step kind takes under `with`, from the parser's own tables.

use serde_json::{Map, Value, json};

use super::{closed, words};
use crate::model::StepKind;
use crate::parse::with::{Key, Rules, Shape, rules};

pub(super) fn define(definitions: &mut Map<String, Value>) {
    for kind in StepKind::ALL {
        definitions.insert(format!("with_{}", kind.as_str()), with(kind));
    }
}

/// `with` is read by what `uses` says.
pub(super) fn rule(kind: StepKind) -> Value {
    let with = json!({ "$ref": format!("#/definitions/with_{}", kind.as_str()) });
    let mut then = json!({ "properties": { "with": with } });
    if needs_with(kind) {
        then["required"] = json!(["with"]);
    }
    json!({ "if": { "properties": { "uses": { "const": kind.as_str() } }, "required": ["uses"] }, "then": then })
}

fn needs_with(kind: StepKind) -> bool {
    match rules(kind) {
        Rules::Anything => false,
        Rules::AnyMap => true,
        Rules::Keys { keys, .. } => keys.iter().any(|key| key.is_required),
    }
}

fn with(kind: StepKind) -> Value {
    match rules(kind) {
        Rules::Anything => json!({}),
        Rules::AnyMap => json!({ "type": "object" }),
        Rules::Keys { keys, .. } => {
            let fields: Map<String, Value> =
                keys.iter().map(|key| (key.name.to_owned(), described(kind, key))).collect();
            let required: Vec<&str> = keys.iter().filter(|key| key.is_required).map(|key| key.name).collect();
            closed(words::kind(kind), Value::Object(fields), &required)
        }
    }
}

fn described(kind: StepKind, key: &Key) -> Value {
    let mut schema = shape(key.shape);
    schema["description"] = json!(words::key(kind, key.name));
    schema
}

fn shape(shape: Shape) -> Value {
    match shape {
        Shape::Text => json!({ "type": "string" }),
        Shape::Any => json!({}),
        Shape::Scalar => either(json!({ "type": ["string", "number", "boolean"] })),
        Shape::Map => either(json!({ "$ref": "#/definitions/pairs" })),
        Shape::Choice(words) => computed(json!({ "enum": words })),
        Shape::Boolean => computed(json!({ "type": "boolean" })),
        Shape::Statuses => computed(json!({ "anyOf": [
            { "$ref": "#/definitions/status" },
            { "type": "array", "items": { "$ref": "#/definitions/status" } },
        ] })),
        Shape::Credential => either(json!({ "$ref": "#/definitions/credential" })),
        Shape::Auth => either(json!({ "$ref": "#/definitions/auth" })),
    }
}

/// Draft 7 minds nothing beside `$ref`, and a description is to stand beside it.
fn either(schema: Value) -> Value {
    json!({ "allOf": [schema] })
}

/// The value, or an expression that gives it.
fn computed(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "$ref": "#/definitions/template" }] })
}
