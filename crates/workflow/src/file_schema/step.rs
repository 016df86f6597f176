//! One step: its own keys, and which of them go together.

use serde_json::{Map, Value, json};

use super::words::kind;
use super::{closed, refer, words_of};
use crate::model::StepKind;
use crate::parse::with::close_table::CALLS;

/// The words that say what a step does, of which it has exactly one.
const ACTIONS: [&str; 6] = ["uses", "parallel", "for_each", "switch", "try", "loop"];

/// What no id can be: what steps without one are called, and the words of expressions.
const ID: &str = "^(?!step_[0-9])(?!step_on_failure_)(?!(and|or|not|in|is|if|else|true|false|none|loop|self|steps)$)[a-z][a-z0-9_]{0,62}$";

pub(super) fn define(definitions: &mut Map<String, Value>) {
    definitions.insert(
        "steps".to_owned(),
        json!({ "type": "array", "minItems": 1, "items": { "$ref": "#/definitions/step" } }),
    );
    definitions.insert("retry".to_owned(), retry());
    definitions.insert("step".to_owned(), step());
}

fn retry() -> Value {
    let fields = json!({
        "max_attempts": {
            "description": "Attempts in all, the first included. 3 where it is left out.",
            "type": "integer", "minimum": 1, "maximum": 100,
        },
        "initial_interval": refer("duration", "The pause after the first failure. 1s where it is left out."),
        "max_interval": refer("duration", "The longest pause. 1m where it is left out."),
        "multiplier": {
            "description": "How much longer each pause is than the one before. 2 where it is left out.",
            "type": "number", "minimum": 1, "maximum": 100,
        },
    });
    closed("How often a failed step is tried again, and after which pauses.", &fields, &[])
}

fn step() -> Value {
    let kinds = StepKind::ALL.into_iter().map(|each| (each.as_str(), kind(each)));
    let kinds = kinds.chain(CALLS.iter().map(|call| (call.name, call.about)));
    let mut fields = json!({
        "id": { "description": "What expressions call it: `steps.ID.output`.", "type": "string", "pattern": ID },
        "name": { "description": "What a reader calls it.", "type": "string" },
        "if": refer("condition", "It is skipped where this is false."),
        "retry": refer("retry", "How often it is tried again when it fails."),
        "timeout": refer("duration", "How long one attempt may take."),
        "continue_on_error": {
            "description": "Whether the execution goes on after it has failed.", "type": "boolean",
        },
        "on_interrupt": {
            "description": "What is done where a crash cut an attempt of a single step short.",
            "allOf": [words_of([
                ("retry", "It runs again, with the same idempotency key."),
                ("fail", "It fails, for a person to look at."),
            ])],
        },
        "uses": { "description": "What it does.", "allOf": [words_of(kinds)] },
        "with": { "description": "What it is given." },
    });
    super::block::fields(&mut fields);
    let exactly_one: Vec<Value> = ACTIONS.iter().map(|word| json!({ "required": [word] })).collect();
    let mut rules = super::with::all_rules();
    rules.extend(super::block::rules());
    let mut schema = closed("One step: `uses`, or a block of steps.", &fields, &[]);
    schema["oneOf"] = Value::Array(exactly_one);
    schema["allOf"] = Value::Array(rules);
    schema["dependencies"] = json!({
        "with": ["uses"], "on_interrupt": ["uses"], "as": ["for_each"], "concurrency": ["for_each"], "catch": ["try"], "finally": ["try"],
    });
    schema
}
