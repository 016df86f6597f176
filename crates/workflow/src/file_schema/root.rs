//! The keys of a file.

use serde_json::{Value, json};

use super::{closed, refer};

/// A place in the event, in the inputs or in a step's output.
const MASK: &str = r"^(event|inputs)(\.[^.\s]+)+$|^steps\.[a-z][a-z0-9_]*\.output(\.[^.\s]+)*$";

pub(super) fn schema() -> Value {
    let concurrency = json!({
        "limit": {
            "description": "How many executions run at once.", "type": "integer", "minimum": 1, "maximum": 10_000,
        },
        "key": {
            "description": "What they are counted by: `${{ event.lead_id }}` is so many for each lead.",
            "type": ["string", "number", "boolean"],
        },
    });
    let limit = json!({ "type": "integer", "minimum": 1, "maximum": 10_000 });
    let fields = json!({
        "name": {
            "description": "Its name, unique on a server, and its id in URLs.",
            "type": "string", "pattern": "^[a-z][a-z0-9-]{0,62}$",
        },
        "description": { "description": "What it is for, in a sentence.", "type": "string" },
        "triggers": {
            "description": "What starts it.",
            "type": "array", "minItems": 1, "items": { "$ref": "#/definitions/trigger" },
        },
        "vars": {
            "description": "Values that are computed once, as an execution begins: `vars.NAME` in expressions.",
            "type": "object", "propertyNames": { "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" },
        },
        "concurrency": {
            "description": "How many of its executions run at once; the rest are queued, in the order they arrived.",
            "anyOf": [limit, closed("How many, and counted by what.", &concurrency, &["limit"])],
        },
        "timeout": refer("duration", "How long a whole execution may take."),
        "mask": {
            "description": "Places whose values never reach the history.",
            "type": "array", "items": { "type": "string", "pattern": MASK },
        },
        "steps": refer("steps", "What it does, in order."),
        "on_failure": refer("steps", "What is done when an execution fails; `error` is in scope."),
        "outputs": {
            "description": "The output of an execution that ran through to its end.", "type": "object",
        },
    });
    closed("A workflow: what starts it and what it does.", &fields, &["name", "triggers", "steps"])
}
