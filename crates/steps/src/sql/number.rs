//! Decimal numbers, of which JSON's readers keep about 16 digits.

use serde_json::{Number, Value};

/// The number where nothing of it is lost, and otherwise its text.
pub(super) fn value(text: &str) -> Value {
    if let Ok(whole) = text.parse::<i64>() {
        return Value::from(whole);
    }
    if let Ok(whole) = text.parse::<u64>() {
        return Value::from(whole);
    }
    let short = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    let number = short.parse::<f64>().ok().filter(|number| number.to_string() == short);
    number.and_then(Number::from_f64).map_or_else(|| Value::String(text.to_owned()), Value::Number)
}

/// A number of 32 bits as people write it: `0.1`, not `0.10000000149011612`.
pub(super) fn single(number: f32) -> Value {
    number.to_string().parse().map_or(Value::Null, double)
}

/// A number of 64 bits; what JSON has no word for is a text (`NaN`, `inf`).
pub(super) fn double(number: f64) -> Value {
    Number::from_f64(number).map_or_else(|| Value::String(number.to_string()), Value::Number)
}
