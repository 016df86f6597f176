//! What the tables of the step kinds leave to a check of their own.

use serde_json::{Value, json};

use super::with::computed;
use crate::model::StepKind;

/// Bodies of an HTTP request, of which it has one.
const BODIES: [&str; 4] = ["json", "form", "text", "body_base64"];

/// One address, as far as a pattern can tell.
const ADDRESS: &str = r"^[^@\r\n]*@[^@\r\n]*$";

/// An instant with its offset (RFC 3339).
const INSTANT: &str = r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$";

/// What a key takes, where its shape alone says too little.
pub(super) fn key(kind: StepKind, key: &str) -> Option<Value> {
    Some(match (kind, key) {
        (StepKind::Http, "url") => json!({ "type": "string", "pattern": r"^(https?://|\$\{\{)" }),
        (StepKind::Close, "path") => json!({
            "type": "string", "pattern": r"^(?!/api/v1/)(?!((?!\$\{\{)[\s\S])*://)(/|\$\{\{)",
        }),
        (StepKind::Sleep, "for") => computed(&json!({ "$ref": "#/definitions/duration" })),
        (StepKind::Sleep, "until") => computed(&json!({ "type": "string", "pattern": INSTANT })),
        (StepKind::Respond, "status") => {
            computed(&json!({ "type": "integer", "minimum": 200, "maximum": 599 }))
        }
        (StepKind::Respond, "headers") => computed(&headers()),
        (StepKind::State, "get" | "set" | "increment" | "delete") => {
            json!({ "type": "string", "minLength": 1, "maxLength": 255 })
        }
        (StepKind::Email, "to") => addresses(1),
        (StepKind::Email, "cc" | "bcc" | "from" | "reply_to") => {
            if key == "from" {
                address()
            } else {
                addresses(0)
            }
        }
        (StepKind::Sql, "query") => json!({ "type": "string", "pattern": r"\S" }),
        (StepKind::Exec, "command") => command(),
        (StepKind::Exec, "args") => {
            computed(&json!({ "type": "array", "items": { "$ref": "#/definitions/scalar" } }))
        }
        (StepKind::Exec, "expect_exit") => expect_exit(),
        _ => return None,
    })
}

/// Which keys of a kind go together, and which exclude each other.
pub(super) fn together(kind: StepKind, schema: &mut Value) {
    match kind {
        StepKind::Http => schema["allOf"] = json!([one_body(), body_needs_method(&BODIES)]),
        StepKind::Close => {
            schema["allOf"] = json!([body_needs_method(&["json"])]);
            schema["dependencies"] = json!({ "limit": ["paginate"] });
        }
        StepKind::Email => schema["anyOf"] = json!([{ "required": ["text"] }, { "required": ["html"] }]),
        StepKind::State => {
            schema["dependencies"] =
                json!({ "default": ["get"], "value": ["set"], "set": ["value"], "by": ["increment"] });
        }
        StepKind::Sql => {
            let computed = json!({ "properties": { "query": { "$ref": "#/definitions/template" } } });
            schema["dependencies"] = json!({ "params": { "not": computed } });
        }
        StepKind::Exec => {
            schema["dependencies"] =
                json!({ "args": { "not": { "properties": { "command": { "type": "array" } } } } });
        }
        _ => {}
    }
}

fn one_body() -> Value {
    let several = BODIES.iter().enumerate().flat_map(|(number, one)| {
        BODIES[number + 1..].iter().map(move |other| json!({ "required": [one, other] }))
    });
    json!({ "not": { "anyOf": several.collect::<Vec<_>>() } })
}

fn body_needs_method(bodies: &[&str]) -> Value {
    let has_body: Vec<Value> = bodies.iter().map(|body| json!({ "required": [body] })).collect();
    let method = json!({ "not": { "enum": ["GET", "HEAD", "OPTIONS"] } });
    json!({
        "if": { "anyOf": has_body },
        "then": { "required": ["method"], "properties": { "method": method } },
    })
}

fn headers() -> Value {
    let line = json!({ "type": "string", "pattern": r"^[^\r\n\x00]*$" });
    let scalar = json!({ "anyOf": [line, { "type": ["number", "boolean"] }] });
    json!({
        "type": "object",
        "propertyNames": { "pattern": r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$" },
        "additionalProperties": { "anyOf": [
            { "anyOf": [line, { "type": ["number", "boolean", "null"] }] },
            { "type": "array", "items": scalar },
        ] },
    })
}

fn address() -> Value {
    computed(&json!({ "type": "string", "pattern": ADDRESS }))
}

fn addresses(least: usize) -> Value {
    json!({ "anyOf": [address(), { "type": "array", "minItems": least, "items": address() }] })
}

/// A program, or a list that begins with one. Which program runs is never computed.
fn command() -> Value {
    let alone = json!({ "type": "string", "pattern": r"^(?![\s\S]*\$\{\{)[^\s|&;<>]+$" });
    let program = json!({ "type": "string", "pattern": r"^(?![\s\S]*\$\{\{)[\s\S]*\S" });
    let list = json!({
        "type": "array", "minItems": 1, "items": [program],
        "additionalItems": { "$ref": "#/definitions/scalar" },
    });
    json!({ "anyOf": [alone, list] })
}

fn expect_exit() -> Value {
    let code = computed(&json!({ "type": "integer", "minimum": 0, "maximum": 255 }));
    json!({ "anyOf": [code, { "type": "array", "items": code }] })
}
