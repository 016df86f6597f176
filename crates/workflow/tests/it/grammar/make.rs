//! A whole workflow, drawn from dice.

use serde_json::{Map, Value, json};

use super::Dice;
use super::steps::Author;
use super::triggers::{Triggers, triggers};

/// A workflow as its YAML has it.
pub(crate) fn workflow(dice: &mut Dice) -> Value {
    let Triggers { list, responds, inputs } = triggers(dice);
    let mut workflow = Map::new();
    workflow.insert("name".to_owned(), json!(dice.pick(&["demo", "won-deal-to-slack", "a1-b2"])));
    if dice.one_in(2) {
        workflow.insert("description".to_owned(), json!("What it does: all of it, # and \"more\"."));
    }
    workflow.insert("triggers".to_owned(), Value::Array(list));
    if dice.one_in(2) {
        let vars =
            json!({ "channel": "#sales", "limits": [1, 2.5, true, null], "who": "${{ event.lead_id }}" });
        workflow.insert("vars".to_owned(), vars);
    }
    let concurrency = match dice.below(8) {
        0 => Some(json!({ "limit": 1 + dice.below(9) })),
        1 => Some(json!({ "limit": 2, "key": "${{ event.lead_id }}-x" })),
        2 => Some(json!(3)),
        _ => None,
    };
    if let Some(concurrency) = concurrency {
        workflow.insert("concurrency".to_owned(), concurrency);
    }
    if dice.one_in(3) {
        workflow.insert("timeout".to_owned(), json!(dice.pick(&["10m", "1h30m", "45s"])));
    }
    let has_vars = workflow.contains_key("vars");
    let mut author = Author::new(dice, has_vars, responds, inputs);
    let steps = author.steps(3);
    let outputs = author.expression();
    let first = author.named().first().cloned();
    let on_failure = author.dice().one_in(3).then(|| author.on_failure());
    workflow.insert("steps".to_owned(), steps);
    if let Some(on_failure) = on_failure {
        workflow.insert("on_failure".to_owned(), on_failure);
    }
    let mask = match first {
        Some(step) => json!(["event.data.contacts", format!("steps.{step}.output.phones")]),
        None => json!(["event.data.contacts"]),
    };
    if dice.one_in(3) {
        workflow.insert("mask".to_owned(), mask);
    }
    if dice.one_in(3) {
        workflow.insert("outputs".to_owned(), json!({ "kept": format!("${{{{ {outputs} }}}}"), "fixed": 1 }));
    }
    Value::Object(workflow)
}

/// A condition over the event and the steps that can be seen.
pub(crate) fn expression(dice: &mut Dice, steps: &[String]) -> String {
    match (dice.below(6), steps) {
        (0, [.., step]) => format!("steps.{step}.status == 'succeeded'"),
        (1, [step, ..]) => format!("steps.{step}.output | default(0) is number or {} > 1", dice.below(100)),
        (2, _) => "event.data.name is defined and not event.data.closed".to_owned(),
        (3, _) => "event.data.tags | length > 2 or 'x' in event.data.tags".to_owned(),
        (4, _) => "event.type == \"lead.created\"".to_owned(),
        _ => format!("event.data.value >= {} and event.data.name | lower != 'a: b'", dice.below(1_000)),
    }
}
