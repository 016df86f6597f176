//! The inputs of a `manual` trigger: names with types, names with schemas, or one schema for all.

use serde_json::{Map, Value, json};

use super::closed;
use crate::schema::{FORMATS, Form, KEYWORDS, TYPES};

const NAME: &str = "^[A-Za-z_][A-Za-z0-9_]*$";

pub(super) fn define(definitions: &mut Map<String, Value>) {
    definitions.insert("inputs".to_owned(), inputs());
    definitions.insert("input".to_owned(), input());
    definitions.insert("type".to_owned(), json!({ "enum": TYPES.map(|(word, _)| word) }));
    let schema = closed("A JSON Schema, without references.", &Value::Object(keywords()), &[]);
    definitions.insert("schema".to_owned(), schema);
}

fn inputs() -> Value {
    let is_whole = json!({
        "properties": { "type": { "const": "object" }, "properties": { "type": "object" } },
        "required": ["type", "properties"],
    });
    let by_name = json!({
        "propertyNames": { "pattern": NAME }, "additionalProperties": { "$ref": "#/definitions/input" },
    });
    json!({
        "description": "What a start has to give, by name; anything where it is left out.",
        "type": "object", "if": is_whole, "then": whole(), "else": by_name,
    })
}

fn whole() -> Value {
    let fields = json!({
        "$schema": { "type": "string" }, "title": { "type": "string" }, "description": { "type": "string" },
        "type": { "const": "object" },
        "properties": {
            "type": "object", "propertyNames": { "pattern": NAME },
            "additionalProperties": { "allOf": [{ "$ref": "#/definitions/schema" }, fitting_default()] },
        },
        "required": { "type": "array", "items": { "type": "string" } },
        "additionalProperties": { "const": false },
    });
    closed("A JSON Schema for all inputs.", &fields, &["type", "properties"])
}

/// A type alone, or a schema in which `required` may also be about the input itself.
fn input() -> Value {
    let mut fields = keywords();
    let names = fields.shift_remove("required").unwrap_or_default();
    let own = json!({ "description": "Whether a start without it is refused.", "type": "boolean" });
    fields.insert("required".to_owned(), json!({ "anyOf": [own, names] }));
    let mut schema = closed("What it must be, as a JSON Schema.", &Value::Object(fields), &[]);
    schema["allOf"] = json!([fitting_default()]);
    json!({ "anyOf": [{ "$ref": "#/definitions/type" }, schema] })
}

/// A default is of the type that stands beside it. That it fits the other keywords too is for the parser alone to know.
fn fitting_default() -> Value {
    let each = TYPES.map(|(word, _)| {
        json!({
            "if": { "properties": { "type": { "const": word } }, "required": ["type", "default"] },
            "then": { "properties": { "default": { "type": word } } },
        })
    });
    json!({ "allOf": each })
}

fn keywords() -> Map<String, Value> {
    KEYWORDS.iter().map(|(word, keyword)| ((*word).to_owned(), form(*keyword))).collect()
}

fn form(form: Form) -> Value {
    let schema = json!({ "$ref": "#/definitions/schema" });
    match form {
        Form::Any => json!({}),
        Form::Text | Form::Pattern => json!({ "type": "string" }),
        Form::Truth => json!({ "type": "boolean" }),
        Form::Count => json!({ "type": "integer", "minimum": 0 }),
        Form::Number => json!({ "type": "number" }),
        Form::Positive => json!({ "type": "number", "exclusiveMinimum": 0 }),
        Form::Format => json!({ "enum": FORMATS }),
        Form::Names => json!({ "type": "array", "items": { "type": "string" } }),
        Form::Values => json!({ "type": "array", "minItems": 1 }),
        Form::Schemas => json!({ "type": "array", "minItems": 1, "items": schema }),
        Form::Schema => schema,
        Form::SchemaOrTruth => json!({ "anyOf": [{ "type": "boolean" }, schema] }),
        Form::Fields => json!({ "type": "object", "additionalProperties": schema }),
        Form::Type => json!({ "anyOf": [
            { "$ref": "#/definitions/type" },
            { "type": "array", "minItems": 1, "items": { "$ref": "#/definitions/type" } },
        ] }),
    }
}
