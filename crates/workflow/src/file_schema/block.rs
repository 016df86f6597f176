//! The keys of control blocks.

use serde_json::{Map, Value, json};

use super::{closed, refer};

/// A branch is called as a step is.
const BRANCH: &str = "^[a-z][a-z0-9_]{0,62}$";

pub(super) fn define(definitions: &mut Map<String, Value>) {
    let when = json!({
        "when": refer("condition", "It is taken where this is the first that holds."),
        "steps": refer("steps", "What it does."),
    });
    let default = json!({
        "default": { "description": "It is taken where nothing else was.", "const": true },
        "steps": refer("steps", "What it does."),
    });
    let arm = json!({ "oneOf": [
        closed("An arm with a condition.", &when, &["when", "steps"]),
        closed("The arm for everything else: the last one.", &default, &["default", "steps"]),
    ] });
    definitions.insert("arm".to_owned(), arm);
    let fields = json!({
        "until": refer("condition", "It is done when this holds; asked after each iteration."),
        "max_iterations": {
            "description": "How many iterations at most; 100 where it is left out. Then it fails.",
            "type": "integer", "minimum": 1, "maximum": 10_000,
        },
        "every": refer("duration", "The pause between two iterations."),
    });
    definitions.insert("loop".to_owned(), closed("How often.", &fields, &["until"]));
}

/// The keys that blocks add to a step.
pub(super) fn fields(step: &mut Value) {
    step["parallel"] = json!({
        "description": "Branches that run at the same time, by name; outputs at `steps.ID.output.BRANCH`.",
        "type": "object", "minProperties": 1, "propertyNames": { "pattern": BRANCH },
        "additionalProperties": { "$ref": "#/definitions/steps" },
    });
    step["for_each"] = json!({
        "description": "An expression that gives a list: `steps` run for each item of it.",
        "type": "string", "minLength": 1,
    });
    step["as"] = json!({
        "description": "What the item is called in the steps; `item` where it is left out.",
        "type": "string", "pattern": BRANCH,
    });
    step["concurrency"] = json!({
        "description": "How many items at once; one where it is left out.",
        "type": "integer", "minimum": 1, "maximum": 1_000,
    });
    step["steps"] = refer("steps", "What is done for each item, or in each iteration.");
    step["switch"] = json!({
        "description": "The first arm whose condition holds.",
        "type": "array", "minItems": 1, "items": { "$ref": "#/definitions/arm" },
    });
    step["try"] = refer("steps", "Steps that may fail.");
    step["catch"] = refer("steps", "What is done when they fail; `error` is in scope.");
    step["finally"] = refer("steps", "What is done in any case.");
    step["loop"] = refer("loop", "`steps` run again and again, until a condition holds.");
}

/// Which keys go together.
pub(super) fn rules() -> Vec<Value> {
    let needs = |word: &str, then: Value| json!({ "if": { "required": [word] }, "then": then });
    let either = |words: [&str; 2]| json!({ "anyOf": words.map(|word| json!({ "required": [word] })) });
    vec![
        needs("for_each", json!({ "required": ["steps"] })),
        needs("loop", json!({ "required": ["steps"] })),
        needs("steps", either(["for_each", "loop"])),
        needs("try", either(["catch", "finally"])),
    ]
}
