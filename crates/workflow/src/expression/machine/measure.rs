//! How large a value is. Looking is work, too, and paid for.

use minijinja::value::ValueKind;
use minijinja::{Error, Value};

use super::Meter;

/// What a place in a list takes, in bytes.
const SLOT: usize = 24;

/// The work of looking at one value.
const LOOK: usize = 12;

/// The work of looking into a list or a map, beside that for what it holds.
const OPEN: usize = 64;

/// As many bytes as one byte of text becomes at most where it is shown inside a list: `\u{1}` for a control character.
const ESCAPED: usize = 6;

/// How many items a value has, or characters a text; none where it has no items.
pub(in crate::expression) fn count(value: &Value) -> usize {
    match value.as_str() {
        // An upper bound that takes no time.
        Some(text) => text.len(),
        None => value.len().unwrap_or(0),
    }
}

/// The bytes of all text in a value and a few for each value in it.
pub(in crate::expression) fn weigh(value: &Value, meter: &mut Meter) -> Result<usize, Error> {
    weigh_with(value, 1, meter)
}

/// The most bytes that a value takes as text.
pub(in crate::expression) fn display_size(value: &Value, meter: &mut Meter) -> Result<usize, Error> {
    match value.as_str() {
        Some(text) => Ok(text.len()),
        None => weigh_with(value, ESCAPED, meter),
    }
}

fn weigh_with(value: &Value, factor: usize, meter: &mut Meter) -> Result<usize, Error> {
    meter.work(LOOK)?;
    if let Some(text) = value.as_str() {
        return Ok(text.len().saturating_mul(factor) + 4);
    }
    match value.kind() {
        ValueKind::Number => Ok(if value.is_integer() { 42 } else { float_size(value) }),
        ValueKind::Seq | ValueKind::Iterable => {
            meter.work(OPEN)?;
            let mut size = 4_usize;
            for item in value.try_iter()? {
                size = size.saturating_add(weigh_with(&item, factor, meter)? + 2);
            }
            Ok(size)
        }
        ValueKind::Map => {
            meter.work(OPEN)?;
            let mut size = 4_usize;
            for key in value.try_iter()? {
                meter.work(LOOK)?;
                let item = value.get_item(&key)?;
                size = size.saturating_add(weigh_with(&key, factor, meter)? + 4);
                size = size.saturating_add(weigh_with(&item, factor, meter)?);
            }
            Ok(size)
        }
        ValueKind::Bytes => Ok(value.as_bytes().map_or(0, <[u8]>::len).saturating_mul(4)),
        _ => Ok(16),
    }
}

/// A fraction is written out with all its zeros: `1e300` has 301 digits.
fn float_size(value: &Value) -> usize {
    let size = f64::try_from(value.clone()).unwrap_or(f64::MAX).abs();
    if size == 0.0 || (1e-5..1e15).contains(&size) { 26 } else { 400 }
}

/// A list instead of something that makes its items anew whenever they are looked at. Any other value as it is.
pub(in crate::expression) fn settle(value: Value, meter: &mut Meter) -> Result<Value, Error> {
    if value.kind() != ValueKind::Iterable {
        return Ok(value);
    }
    let mut items = Vec::new();
    for item in value.try_iter()? {
        // Twice: while a vector grows, the old one is still there.
        meter.memory(2 * SLOT)?;
        meter.work(LOOK)?;
        items.push(settle(item, meter)?);
    }
    Ok(Value::from(items))
}
