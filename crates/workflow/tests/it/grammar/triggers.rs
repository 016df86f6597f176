//! Triggers.

use serde_json::{Map, Value, json};

use super::Dice;
use super::make::expression;

const EVENTS: [&str; 3] = ["lead.created", "lead.updated", "lead.*"];
const CRONS: [&str; 8] = [
    "0 9 * * 1-5",
    "*/7 * * * *",
    "@daily",
    "0 0 29 2 *",
    "15 30 8 * * mon,wed",
    "0 0 13 * fri",
    "5,10-20/5 0-4 1 jan-mar *",
    "0 12 * * sun",
];
const ZONES: [&str; 4] = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"];
const INPUT_TYPES: [&str; 6] = ["string", "number", "integer", "boolean", "object", "array"];

/// What the triggers of a workflow bring along for its steps.
pub(crate) struct Triggers {
    pub(crate) list: Vec<Value>,
    /// Whether a webhook waits for a `respond` step.
    pub(crate) responds: bool,
    /// The inputs that the manual trigger declares; none where it takes anything.
    pub(crate) inputs: Option<Vec<String>>,
}

pub(crate) fn triggers(dice: &mut Dice) -> Triggers {
    let mut made = Triggers { list: Vec::new(), responds: false, inputs: None };
    let mut is_manual = false;
    for number in 0..=dice.below(3) {
        let (word, inner) = match dice.below(4) {
            0 => ("close", close(dice)),
            1 => ("webhook", webhook(dice, number, &mut made.responds)),
            2 => ("schedule", schedule(dice)),
            _ if is_manual => ("schedule", schedule(dice)),
            _ => {
                is_manual = true;
                ("manual", manual(dice, &mut made.inputs))
            }
        };
        let mut trigger = Map::new();
        if dice.one_in(3) && word != "manual" {
            trigger.insert("where".to_owned(), json!(expression(dice, &[])));
        }
        trigger.insert(word.to_owned(), inner);
        made.list.push(Value::Object(trigger));
    }
    made
}

fn close(dice: &mut Dice) -> Value {
    let mut close = Map::new();
    if dice.one_in(2) {
        close.insert("credential".to_owned(), json!(dice.pick(&["close", "team-2", "Sales_EU"])));
    }
    let events: Vec<Value> = (0..=dice.below(2))
        .map(|_| {
            if dice.one_in(4) {
                json!({ "object_type": "lead", "action": "created" })
            } else {
                json!(dice.pick(&EVENTS))
            }
        })
        .collect();
    close.insert("events".to_owned(), Value::Array(events));
    match dice.below(5) {
        0 => drop(close.insert("filters".to_owned(), filter(dice, 3))),
        1 => drop(close.insert("sharing".to_owned(), json!(dice.pick(&["none", "workspace"])))),
        _ => {}
    }
    Value::Object(close)
}

/// One of Close's filters, at most so deep.
fn filter(dice: &mut Dice, depth: usize) -> Value {
    let kind = if depth == 0 { dice.below(2) } else { dice.below(6) };
    match kind {
        0 => json!({ "type": dice.pick(&["equals", "not_equals", "contains"]), "value": dice.below(9) }),
        1 => json!({ "type": dice.pick(&["is_null", "non_null"]) }),
        2 => {
            let filters: Vec<Value> = (0..=dice.below(1)).map(|_| filter(dice, depth - 1)).collect();
            json!({ "type": dice.pick(&["and", "or"]), "filters": filters })
        }
        3 => json!({ "type": "any_array_value", "filter": filter(dice, depth - 1) }),
        4 => json!({ "type": "not", "filter": filter(dice, depth - 1) }),
        _ => json!({ "type": "field_accessor", "field": "data", "filter": filter(dice, depth - 1) }),
    }
}

fn webhook(dice: &mut Dice, number: usize, responds: &mut bool) -> Value {
    let mut webhook = Map::new();
    if dice.one_in(2) {
        webhook.insert("path".to_owned(), json!(format!("orders-{number}.in")));
    }
    if dice.one_in(3) {
        webhook.insert("method".to_owned(), json!(dice.pick(&["POST", "PUT", "PATCH", "GET", "DELETE"])));
    }
    let auth = match dice.below(7) {
        0 => json!("none"),
        1 => json!({ "basic": { "credential": "partner" } }),
        2 => json!({ "bearer": { "credential": "partner" } }),
        3 => json!({ "header": { "credential": "partner" } }),
        4 => json!({ "hmac": { "credential": "partner", "header": "x-signature" } }),
        5 => json!({ "hmac": { "credential": "partner", "scheme": dice.pick(&["github", "stripe"]) } }),
        _ => json!({ "hmac": {
            "credential": "partner", "header": "x-signature", "algorithm": "sha512", "encoding": "base64",
            "prefix": "v1=", "timestamp_header": "x-time",
        } }),
    };
    if dice.one_in(2) {
        webhook.insert("auth".to_owned(), auth);
    }
    if dice.one_in(2) {
        let response = *dice.pick(&["immediately", "last_step", "respond_step"]);
        *responds |= response == "respond_step";
        webhook.insert("response".to_owned(), json!(response));
    }
    if webhook.is_empty() { Value::Null } else { Value::Object(webhook) }
}

fn schedule(dice: &mut Dice) -> Value {
    let mut schedule = Map::new();
    if dice.one_in(2) {
        schedule.insert("cron".to_owned(), json!(dice.pick(&CRONS)));
        if dice.one_in(2) {
            schedule.insert("timezone".to_owned(), json!(dice.pick(&ZONES)));
        }
    } else {
        schedule.insert("every".to_owned(), json!(dice.pick(&["15m", "1h30m", "2d", "10s"])));
    }
    if dice.one_in(3) {
        schedule.insert("catch_up".to_owned(), json!(dice.pick(&["none", "one", "all"])));
    }
    Value::Object(schedule)
}

fn manual(dice: &mut Dice, names: &mut Option<Vec<String>>) -> Value {
    if dice.one_in(2) {
        return Value::Null;
    }
    let mut inputs = Map::new();
    for number in 0..=dice.below(3) {
        let word = *dice.pick(&INPUT_TYPES);
        let mut input = Map::new();
        input.insert("type".to_owned(), json!(word));
        if dice.one_in(2) {
            input.insert("description".to_owned(), json!("What it is for."));
        }
        if dice.one_in(3) {
            input.insert("required".to_owned(), json!(true));
        } else if word == "string" && dice.one_in(2) {
            input.insert("default".to_owned(), json!("b"));
            input.insert("enum".to_owned(), json!(["a", "b"]));
        } else if word == "integer" && dice.one_in(2) {
            input.insert("minimum".to_owned(), json!(1));
        }
        inputs.insert(format!("input_{number}"), Value::Object(input));
    }
    *names = Some(inputs.keys().cloned().collect());
    json!({ "inputs": inputs })
}
