//! What is asked of numbers.

use std::cmp::Ordering;

use serde_json::{Map, Number, Value};

use super::Mistakes;

/// A bound: its keyword, how the number must lie to it, and how a message says that.
const BOUNDS: [(&str, &[Ordering], &str); 4] = [
    ("minimum", &[Ordering::Greater, Ordering::Equal], "at least"),
    ("maximum", &[Ordering::Less, Ordering::Equal], "at most"),
    ("exclusiveMinimum", &[Ordering::Greater], "more than"),
    ("exclusiveMaximum", &[Ordering::Less], "less than"),
];

pub(super) fn check(keywords: &Map<String, Value>, given: &Number, path: &str, mistakes: &mut Mistakes) {
    for (word, allowed, phrase) in BOUNDS {
        let Some(Value::Number(bound)) = keywords.get(word) else { continue };
        if !compare(given, bound).is_some_and(|order| allowed.contains(&order)) {
            mistakes.note(path, format!("must be {phrase} {bound}"));
        }
    }
    if let Some(Value::Number(step)) = keywords.get("multipleOf")
        && !is_multiple(given, step)
    {
        mistakes.note(path, format!("must be a multiple of {step}"));
    }
}

/// Whole numbers are compared as such: beyond 2^53, fractions could not tell them apart.
fn compare(one: &Number, other: &Number) -> Option<Ordering> {
    match (one.as_i128(), other.as_i128()) {
        (Some(one), Some(other)) => Some(one.cmp(&other)),
        _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
    }
}

fn is_multiple(given: &Number, step: &Number) -> bool {
    if let (Some(given), Some(step)) = (given.as_i128(), step.as_i128()) {
        return step != 0 && given % step == 0;
    }
    let (Some(given), Some(step)) = (given.as_f64(), step.as_f64()) else { return false };
    let ratio = given / step;
    // 0.3 / 0.1 is not quite 3: as near as fractions come is near enough.
    (ratio - ratio.round()).abs() <= 1e-9 * ratio.abs().max(1.0)
}
