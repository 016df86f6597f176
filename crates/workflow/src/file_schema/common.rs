//! What many keys take.

use serde_json::{Map, Value, json};

use super::closed;

/// A string in which an expression stands: what it gives is not known before it runs, so that it is taken for anything.
pub(super) const TEMPLATE: &str = r"\$\{\{";

/// Whole numbers with units, largest first, and not all of them nothing.
const DURATION: &str =
    r"^\s*(?=[^1-9]*[1-9])([0-9]+d\s*)?([0-9]+h\s*)?([0-9]+m\s*)?([0-9]+s\s*)?([0-9]+ms\s*)?$";

pub(super) const CREDENTIAL: &str = "^[A-Za-z][A-Za-z0-9_-]{0,62}$";

pub(super) fn define(definitions: &mut Map<String, Value>) {
    let mut put = |name: &str, schema: Value| definitions.insert(name.to_owned(), schema);
    put(
        "duration",
        json!({
            "description": "Whole numbers with units, largest first: `500ms`, `30s`, `10m`, `1h30m`, `2d`.",
            "type": "string", "pattern": DURATION,
        }),
    );
    put(
        "template",
        json!({
            "description": "Text with an expression: `${{ event.data.name }}`.", "type": "string", "pattern": TEMPLATE,
        }),
    );
    put(
        "condition",
        json!({
            "description": "An expression, without delimiters: `event.data.value > 1000`.",
            "type": ["string", "boolean"], "minLength": 1,
        }),
    );
    put(
        "credential",
        json!({
            "description": "The name of a stored credential: `bellhop credentials set NAME`.",
            "type": "string", "pattern": CREDENTIAL,
        }),
    );
    let reference = json!({ "credential": { "$ref": "#/definitions/credential" } });
    put("auth", closed("How the request proves itself.", &reference, &["credential"]));
    put("scalar", json!({ "type": ["string", "number", "boolean"] }));
    put(
        "pairs",
        json!({
            "anyOf": [
                { "type": "object", "additionalProperties": { "anyOf": [
                    { "type": ["string", "number", "boolean", "null"] },
                    { "type": "array", "items": { "$ref": "#/definitions/scalar" } },
                ] } },
                { "$ref": "#/definitions/template" },
            ],
        }),
    );
    put(
        "status",
        json!({
            "anyOf": [
                { "type": "integer", "minimum": 100, "maximum": 599 },
                { "type": "string", "pattern": "^([1-5]xx|[1-5][0-9][0-9])$" },
                { "$ref": "#/definitions/template" },
            ],
        }),
    );
}
