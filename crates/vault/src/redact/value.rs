//! Redaction within JSON.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::known::Known;

/// Takes the secrets out of `value`.
pub(super) fn redact(known: &Known, value: &mut Value) {
    match value {
        // A key of digits that an echo service answers as a number is as secret as the text.
        Value::Number(number) if known.may_be_in_a_number() => {
            if let Cow::Owned(redacted) = known.redact(&number.to_string()) {
                *value = Value::String(redacted);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(text) => {
            if let Cow::Owned(redacted) = known.redact(text) {
                *text = redacted;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redact(known, item)),
        Value::Object(map) => {
            redact_keys(known, map);
            map.values_mut().for_each(|item| redact(known, item));
        }
    }
}

fn redact_keys(known: &Known, map: &mut Map<String, Value>) {
    if map.keys().all(|key| matches!(known.redact(key), Cow::Borrowed(_))) {
        return;
    }
    for (key, item) in std::mem::take(map) {
        let key = free_key(map, &known.redact(&key));
        map.insert(key, item);
    }
}

/// `key`, or with a number after it where two keys look alike once their secrets are gone.
fn free_key(map: &Map<String, Value>, key: &str) -> String {
    let mut candidate = key.to_owned();
    let mut number = 2;
    while map.contains_key(&candidate) {
        candidate = format!("{key} ({number})");
        number += 1;
    }
    candidate
}
