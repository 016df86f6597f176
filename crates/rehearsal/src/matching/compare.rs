//! Where a value is not what it is to be.

use std::cmp::Ordering;

use bellhop_workflow::testfile::{Comparison, Matcher};
use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::describe::describe;
use super::numbers;
use super::show::{both, shown};
use super::{Difference, differences};

/// What is said of a value that is not there.
const NOTHING: &str = "nothing";

pub(super) fn compare(matcher: &Matcher, value: Option<&Value>, path: &str, found: &mut Vec<Difference>) {
    let differs = |found: &mut Vec<Difference>| {
        let got = value.map_or_else(|| NOTHING.to_owned(), shown);
        found.push(Difference { path: path.to_owned(), expected: describe(matcher), got });
    };
    match (matcher, value) {
        (Matcher::Exists(wanted), value) => {
            if value.is_some() != *wanted {
                differs(found);
            }
        }
        (Matcher::Not(inner), value) => {
            if takes(inner, value) {
                differs(found);
            }
        }
        (Matcher::AllOf(all), value) => {
            for matcher in all {
                compare(matcher, value, path, found);
            }
        }
        (Matcher::AnyOf(all), value) => {
            if !all.iter().any(|matcher| takes(matcher, value)) {
                differs(found);
            }
        }
        (Matcher::Equals(wanted), Some(value)) => equal(wanted, value, path, found),
        (Matcher::Fields(wanted), Some(Value::Object(fields))) => subset(wanted, fields, path, found),
        (Matcher::Items(wanted), Some(Value::Array(items))) => {
            length(wanted.len(), items, path, found);
            for (index, (matcher, item)) in wanted.iter().zip(items).enumerate() {
                compare(matcher, Some(item), &format!("{path}[{index}]"), found);
            }
        }
        (Matcher::Contains(inner), Some(value)) => {
            if !contains(inner, value) {
                differs(found);
            }
        }
        (Matcher::Matches(pattern), Some(Value::String(text))) if pattern.is_match(text) => {}
        (Matcher::Compare(comparison, number), Some(Value::Number(value)))
            if is_on_side(*comparison, numbers::order(value, number)) => {}
        (Matcher::Is(word), Some(value)) if word.takes(value) => {}
        (Matcher::Length(inner), Some(value)) if length_of(value).is_some() => {
            compare(inner, length_of(value).map(Value::from).as_ref(), &format!("{path}.length"), found);
        }
        // It is not there, or of a type that the matcher never takes.
        (
            Matcher::Fields(_)
            | Matcher::Items(_)
            | Matcher::Matches(_)
            | Matcher::Compare(..)
            | Matcher::Is(_)
            | Matcher::Length(_),
            Some(_),
        )
        | (_, None) => differs(found),
    }
}

fn takes(matcher: &Matcher, value: Option<&Value>) -> bool {
    differences(matcher, value, "").is_empty()
}

fn subset(
    wanted: &IndexMap<String, Matcher>,
    fields: &Map<String, Value>,
    path: &str,
    found: &mut Vec<Difference>,
) {
    for (name, matcher) in wanted {
        compare(matcher, fields.get(name), &below(path, name), found);
    }
}

/// Whether a text has the text in it, or a list such an item.
fn contains(inner: &Matcher, value: &Value) -> bool {
    match (inner, value) {
        (Matcher::Equals(Value::String(part)), Value::String(text)) => text.contains(part.as_str()),
        (inner, Value::Array(items)) => items.iter().any(|item| takes(inner, Some(item))),
        _ => false,
    }
}

fn is_on_side(comparison: Comparison, order: Option<Ordering>) -> bool {
    match comparison {
        Comparison::Greater => order == Some(Ordering::Greater),
        Comparison::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        Comparison::Less => order == Some(Ordering::Less),
        Comparison::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
    }
}

fn length_of(value: &Value) -> Option<usize> {
    match value {
        Value::String(text) => Some(text.chars().count()),
        Value::Array(items) => Some(items.len()),
        Value::Object(fields) => Some(fields.len()),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// Notes where two values differ, as deep as they are of one shape.
fn equal(wanted: &Value, value: &Value, path: &str, found: &mut Vec<Difference>) {
    match (wanted, value) {
        (Value::Object(wanted), Value::Object(fields)) => {
            for (name, wanted) in wanted {
                match fields.get(name) {
                    Some(value) => equal(wanted, value, &below(path, name), found),
                    None => found.push(Difference {
                        path: below(path, name),
                        expected: shown(wanted),
                        got: NOTHING.to_owned(),
                    }),
                }
            }
            for (name, value) in fields.iter().filter(|(name, _)| !wanted.contains_key(*name)) {
                found.push(Difference {
                    path: below(path, name),
                    expected: NOTHING.to_owned(),
                    got: shown(value),
                });
            }
        }
        (Value::Array(wanted), Value::Array(items)) => {
            length(wanted.len(), items, path, found);
            for (index, (wanted, item)) in wanted.iter().zip(items).enumerate() {
                equal(wanted, item, &format!("{path}[{index}]"), found);
            }
        }
        (Value::Number(wanted), Value::Number(number)) if numbers::same(wanted, number) => {}
        (Value::String(wanted), Value::String(text)) if wanted != text => {
            let (expected, got) = both(wanted, text);
            found.push(Difference { path: path.to_owned(), expected, got });
        }
        (wanted, value) if wanted == value => {}
        (wanted, value) => {
            found.push(Difference { path: path.to_owned(), expected: shown(wanted), got: shown(value) });
        }
    }
}

fn length(wanted: usize, items: &[Value], path: &str, found: &mut Vec<Difference>) {
    if wanted == items.len() {
        return;
    }
    let items = Value::Array(items.to_vec());
    let count = |number: usize| format!("{number} item{}", if number == 1 { "" } else { "s" });
    found.push(Difference {
        path: path.to_owned(),
        expected: count(wanted),
        got: format!("{}: {}", count(length_of(&items).unwrap_or_default()), shown(&items)),
    });
}

/// The place of a field. A name that is none in an expression is written as a key.
fn below(path: &str, name: &str) -> String {
    let is_plain =
        !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if is_plain { format!("{path}.{name}") } else { format!("{path}[{}]", Value::from(name)) }
}
