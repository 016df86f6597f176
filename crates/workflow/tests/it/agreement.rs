//! The schema and the parser agree: what one refuses, the other does, but for what no schema can know.

use std::collections::BTreeSet;

use bellhop_workflow::diagnostic::{Diagnostic, Severity};
use bellhop_workflow::{parse, schema};
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::grammar::{Dice, make};
use crate::support::Leads;

const WORKFLOWS: u64 = 1_500;

/// How many changed copies of each.
const CHANGES: usize = 6;

/// What only the parser can know: what expressions say and name, what stands elsewhere in the file, what a clock or a
/// calendar says.
const BEYOND_A_SCHEMA: &[&str] = &[
    "cron_never_fires",
    "duplicate_id",
    "duplicate_trigger",
    "expression_in_quotes",
    "expression_syntax",
    "invalid_cron",
    // Of a type that is another one, both know: see below.
    "invalid_default",
    "misplaced_default",
    "partial_delimiters",
    "respond_without_webhook",
    "step_in_other_branch",
    "step_runs_later",
    "too_complex",
    "unclosed_expression",
    "unknown_field",
    "unknown_filter",
    "unknown_function",
    "unknown_input",
    "unknown_name",
    "unknown_step",
    "unknown_test",
    "unknown_timezone",
    "unknown_variable",
    "unreachable_arm",
];

fn validator() -> Validator {
    jsonschema::draft7::new(&schema(&Leads)).expect("the schema itself should be good")
}

fn errors(yaml: &str) -> Vec<Diagnostic> {
    let found = parse(yaml, &Leads).err().unwrap_or_default();
    found.into_iter().filter(|one| one.severity == Severity::Error).collect()
}

#[test]
fn what_the_grammar_gives_is_good_for_the_schema() {
    let validator = validator();
    for seed in 0..WORKFLOWS {
        let workflow = make::workflow(&mut Dice::new(seed));
        let refused: Vec<String> = validator
            .iter_errors(&workflow)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(refused.is_empty(), "workflow {seed}: {}\n{workflow:#}", refused.join("\n"));
    }
}

#[test]
fn a_changed_workflow_is_refused_by_both_or_by_neither() {
    let validator = validator();
    let (mut both, mut neither) = (0, 0);
    let mut disagreements = BTreeSet::new();
    for seed in 0..WORKFLOWS {
        let mut dice = Dice::new(seed.wrapping_mul(31).wrapping_add(7));
        let workflow = make::workflow(&mut dice);
        for _ in 0..CHANGES {
            let mut changed = workflow.clone();
            let place = change(&mut changed, &mut dice);
            // JSON is YAML.
            let found = errors(&changed.to_string());
            let structural: Vec<&Diagnostic> =
                found.iter().filter(|one| !BEYOND_A_SCHEMA.contains(&one.code.as_str())).collect();
            let refused = validator.iter_errors(&changed).next().map(|error| error.to_string());
            match (&refused, found.is_empty(), structural.is_empty()) {
                (Some(_), false, _) => both += 1,
                (None, _, true) => neither += 1,
                (Some(why), true, _) => {
                    disagreements.insert(format!("the schema alone, of {seed} at {place}: {why}"));
                }
                (None, _, false) => {
                    for one in structural {
                        disagreements.insert(format!(
                            "the parser alone, of {seed} at {place}: [{}] {}: {}",
                            one.code, one.path, one.message
                        ));
                    }
                }
            }
        }
    }
    let shown: Vec<&str> =
        disagreements.iter().map(|each| each.get(..400).unwrap_or(each)).take(60).collect();
    assert!(shown.is_empty(), "refused by one of the two only:\n{}", shown.join("\n"));
    assert!(both > 1_000 && neither > 1_000, "too one-sided to mean much: {both} and {neither}");
}

#[test]
fn a_default_of_another_type_is_refused_by_both() {
    let validator = validator();
    let types = ["string", "number", "integer", "boolean", "object", "array", "null"];
    let values =
        [json!("text"), json!(2.5), json!(7), json!(true), json!({ "a": 1 }), json!(["a"]), Value::Null];
    for kind in types {
        for value in &values {
            let input = json!({ "limit": { "type": kind, "default": value } });
            let whole = json!({ "type": "object", "properties": input });
            for inputs in [input, whole] {
                let workflow = json!({
                    "name": "defaults", "triggers": [{ "manual": { "inputs": inputs } }],
                    "steps": [{ "uses": "return" }],
                });
                let (parser, schema) =
                    (errors(&workflow.to_string()).is_empty(), validator.is_valid(&workflow));
                assert_eq!(parser, schema, "{inputs}");
                let named = value_type(value);
                let fits = named == kind || (named, kind) == ("integer", "number");
                assert_eq!(schema, fits, "{inputs}");
            }
        }
    }
}

fn value_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Changes one place, and says which.
fn change(value: &mut Value, dice: &mut Dice) -> String {
    let mut path = String::new();
    let mut here = value;
    loop {
        let inside = match here {
            Value::Object(fields) => fields.len(),
            Value::Array(items) => items.len(),
            _ => 0,
        };
        if inside == 0 || (!path.is_empty() && dice.one_in(4)) {
            alter(here, dice);
            return path;
        }
        let number = dice.below(inside);
        here = match here {
            Value::Object(fields) => {
                let name = fields.keys().nth(number).unwrap().clone();
                path.push('/');
                path.push_str(&name);
                fields.get_mut(&name).unwrap()
            }
            Value::Array(items) => {
                path.push('/');
                path.push_str(&number.to_string());
                &mut items[number]
            }
            _ => unreachable!("only these two have an inside"),
        };
    }
}

fn alter(value: &mut Value, dice: &mut Dice) {
    let others = [
        Value::Null,
        json!(true),
        json!(0),
        json!(-7),
        json!(2.5),
        json!(100_000_000),
        json!(""),
        json!("text"),
        json!("Two Words"),
        json!("${{ event.id }}"),
        json!("10 s"),
        json!("0s"),
        json!("1m1h"),
        json!([]),
        json!([1]),
        json!(["text"]),
        json!({}),
        json!({ "text": "text" }),
    ];
    match value {
        Value::Object(fields) if !fields.is_empty() && dice.one_in(2) => {
            let number = dice.below(fields.len());
            let name = fields.keys().nth(number).unwrap().clone();
            match dice.below(4) {
                0 => {
                    fields.shift_remove(&name);
                }
                1 => {
                    fields.insert("unheard_of".to_owned(), json!(1));
                }
                2 => {
                    let moved = fields.shift_remove(&name).unwrap();
                    fields.insert(format!("{name}s"), moved);
                }
                _ => {
                    let key = *dice.pick(&[
                        "with",
                        "steps",
                        "if",
                        "as",
                        "catch",
                        "concurrency",
                        "loop",
                        "uses",
                        "when",
                    ]);
                    let other = dice.pick(&others).clone();
                    fields.insert(key.to_owned(), other);
                }
            }
        }
        Value::Array(items) if !items.is_empty() && dice.one_in(3) => {
            let last = items.last().unwrap().clone();
            items.push(last);
        }
        whole => *whole = dice.pick(&others).clone(),
    }
}
