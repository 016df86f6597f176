//! What each step kind takes under `with`, from the parser's own tables.

use serde_json::{Map, Value, json};

use super::{closed, with_more as more, words};
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
        Rules::Keys { keys, one_of, .. } => !one_of.is_empty() || keys.iter().any(|key| key.is_required),
    }
}

fn with(kind: StepKind) -> Value {
    match rules(kind) {
        Rules::Anything => json!({}),
        Rules::AnyMap => json!({ "type": "object" }),
        Rules::Keys { keys, one_of, .. } => {
            let fields: Map<String, Value> =
                keys.iter().map(|key| (key.name.to_owned(), described(kind, key))).collect();
            let required: Vec<&str> = keys.iter().filter(|key| key.is_required).map(|key| key.name).collect();
            let mut schema = closed(words::kind(kind), &Value::Object(fields), &required);
            if !one_of.is_empty() {
                schema["oneOf"] = one_of.iter().map(|name| json!({ "required": [name] })).collect();
            }
            more::together(kind, &mut schema);
            schema
        }
    }
}

fn described(kind: StepKind, key: &Key) -> Value {
    let mut schema = more::key(kind, key.name).unwrap_or_else(|| shape(key.shape));
    schema["description"] = json!(words::key(kind, key.name));
    schema
}

fn shape(shape: Shape) -> Value {
    match shape {
        Shape::Any => json!({}),
        Shape::Text | Shape::Query | Shape::Url(_) => json!({ "type": "string" }),
        Shape::Texts => json!({ "anyOf": [
            { "type": "string" }, { "type": "array", "items": { "type": "string" } },
        ] }),
        Shape::Scalar => either(&json!({ "$ref": "#/definitions/scalar" })),
        Shape::Number => computed(&json!({ "type": "number" })),
        Shape::List => computed(&json!({ "type": "array" })),
        Shape::Object => computed(&json!({ "type": "object" })),
        Shape::Map => either(&json!({ "$ref": "#/definitions/pairs" })),
        Shape::Scalars => {
            computed(&json!({ "type": "object", "additionalProperties": { "$ref": "#/definitions/scalar" } }))
        }
        Shape::Choice(words) => computed(&json!({ "enum": words })),
        Shape::Boolean => computed(&json!({ "type": "boolean" })),
        Shape::Statuses => computed(&json!({ "anyOf": [
            { "$ref": "#/definitions/status" },
            { "type": "array", "items": { "$ref": "#/definitions/status" } },
        ] })),
        Shape::Credential => either(&json!({ "$ref": "#/definitions/credential" })),
        Shape::Auth => either(&json!({ "$ref": "#/definitions/auth" })),
        Shape::Workflow => json!({ "type": "string", "pattern": "^[a-z][a-z0-9-]{0,62}$" }),
        Shape::Code => json!({ "type": "string", "pattern": r"^(?![\s\S]*\$\{\{)[\s\S]*\S" }),
    }
}

/// Draft 7 minds nothing beside `$ref`, and a description is to stand beside it.
fn either(schema: &Value) -> Value {
    json!({ "allOf": [schema] })
}

/// The value, or an expression that gives it.
pub(super) fn computed(schema: &Value) -> Value {
    json!({ "anyOf": [schema, { "$ref": "#/definitions/template" }] })
}
