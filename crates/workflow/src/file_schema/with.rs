//! What each step kind takes under `with`, from the parser's own tables.

use serde_json::{Map, Value, json};

use super::{closed, with_more as more, words};
use crate::model::StepKind;
use crate::parse::with::close_table::{CALLS, CloseCall, Param, Place};
use crate::parse::with::{Key, Rules, Shape, rules};

/// An id of Close's, or an expression that gives one.
const ID: &str = r"^([A-Za-z0-9_-]+$|[\s\S]*\$\{\{)";

pub(super) fn define(definitions: &mut Map<String, Value>) {
    for kind in StepKind::ALL {
        definitions.insert(format!("with_{}", kind.as_str()), with(kind));
    }
    for call in CALLS {
        definitions.insert(format!("with_{}", call.name), with_of_call(call));
    }
}

/// The rules for all that `uses` can say.
pub(super) fn all_rules() -> Vec<Value> {
    let kinds = StepKind::ALL.into_iter().map(|kind| rule(kind.as_str(), needs_with(kind)));
    let calls = CALLS.iter().map(|call| {
        let needs_with = call.keys.iter().any(|key| key.is_required) || !call.changes().is_empty();
        rule(call.name, needs_with)
    });
    kinds.chain(calls).collect()
}

/// What a call of Close's with a name of its own takes.
fn with_of_call(call: &CloseCall) -> Value {
    let described = |(key, param): (&Key, &Param)| {
        let mut schema = match param.place {
            Place::Custom => json!({ "type": "object" }),
            Place::Path => json!({ "type": "string", "pattern": ID }),
            Place::Query(_) | Place::Body(_) | Place::Step => shape(key.shape),
        };
        schema["description"] = json!(param.about);
        (key.name.to_owned(), schema)
    };
    let fields: Map<String, Value> = call.keys.iter().zip(call.params).map(described).collect();
    let required: Vec<&str> = call.keys.iter().filter(|key| key.is_required).map(|key| key.name).collect();
    let mut schema = closed(call.about, &Value::Object(fields), &required);
    let changes = call.changes();
    if !changes.is_empty() {
        schema["anyOf"] = changes.iter().map(|name| json!({ "required": [name] })).collect();
    }
    schema
}

/// `with` is read by what `uses` says.
fn rule(word: &str, needs_with: bool) -> Value {
    let with = json!({ "$ref": format!("#/definitions/with_{word}") });
    let mut then = json!({ "properties": { "with": with } });
    if needs_with {
        then["required"] = json!(["with"]);
    }
    json!({ "if": { "properties": { "uses": { "const": word } }, "required": ["uses"] }, "then": then })
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
