//! MiniJinja's filters on text that could make far more of it than it is.

use std::fmt::Write;

use minijinja::value::{Kwargs, Rest, ValueOrKwargs};
use minijinja::{Error, ErrorKind, State, Value, filters};

use super::failed;
use crate::expression::machine::{Meter, count, display_size};

/// The widest padding.
const MAX: usize = 1_000;

/// What a piece of a text takes that is cut up, beside its own bytes.
const PIECE: usize = 112;

pub(super) fn format(
    state: &mut State,
    text: &Value,
    arguments: Rest<ValueOrKwargs>,
) -> Result<Value, Error> {
    let bytes = text.as_str().unwrap_or_default().as_bytes();
    // A width or a precision of four digits or more, or one that an argument says.
    let is_wide = bytes.windows(4).any(|four| four.iter().all(u8::is_ascii_digit));
    if is_wide || bytes.contains(&b'*') {
        return Err(failed(format!("widths in a format are at most {}, and `*` is not taken", MAX - 1)));
    }
    let meter = Meter::of(state);
    let mut largest = MAX;
    for argument in arguments.iter() {
        largest = largest.max(display_size(argument, meter)?);
    }
    // A map's entry can be asked for again and again.
    let places = text.as_str().unwrap_or_default().matches('%').count();
    meter.memory(places.saturating_mul(largest).saturating_add(bytes.len()).saturating_mul(2))?;
    meter.work(bytes.len().saturating_mul(8))?;
    filters::format(state, text, arguments)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that MiniJinja calls")]
pub(super) fn indent(
    state: &mut State,
    value: &Value,
    width: Option<usize>,
    first: Option<bool>,
    options: Kwargs,
) -> Result<Value, Error> {
    let width = width.or(options.get("width")?).unwrap_or(4);
    let first = first.or(options.get("first")?).unwrap_or(false);
    options.assert_all_used()?;
    if width > MAX {
        return Err(failed(format!("{width} is more than {MAX}")));
    }
    super::require(value, Meter::of(state))?;
    let size = display_size(value, Meter::of(state))?;
    Meter::of(state).memory(size)?;
    let text = value.to_string();
    let lines = text.matches('\n').count() + 1;
    let size = text.len().saturating_add(lines.saturating_mul(width));
    Meter::of(state).memory(size.saturating_mul(2))?;
    Meter::of(state).work(size)?;
    let margin = " ".repeat(width);
    let mut out = String::with_capacity(size);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if (index > 0 || first) && !line.trim().is_empty() {
            out.push_str(&margin);
        }
        out.push_str(line);
    }
    Ok(Value::from(out))
}

/// The items as text, with another text between them.
#[expect(clippy::needless_pass_by_value, reason = "the shape that MiniJinja calls")]
pub(super) fn join(
    state: &mut State,
    value: Value,
    joiner: Option<&str>,
    attribute: Option<&str>,
    options: Kwargs,
) -> Result<Value, Error> {
    let joiner = joiner.or(options.get("d")?).unwrap_or_default();
    let attribute = attribute.or(options.get("attribute")?);
    options.assert_all_used()?;
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    let value = match attribute {
        None => value,
        Some(path) => {
            let named = Kwargs::from_iter([("attribute", Value::from(path))]);
            state.apply_filter("map", &[value, Value::from(named)])?
        }
    };
    let meter = Meter::of(state);
    if let Some(text) = value.as_str() {
        meter.memory(text.len().saturating_mul(4))?;
    }
    let mut size = 0_usize;
    let items =
        value.try_iter().map_err(|_| failed(format!("cannot join value of type {}", value.kind())))?;
    for item in items {
        size = size.saturating_add(display_size(&item, meter)?).saturating_add(joiner.len());
    }
    meter.memory(size.saturating_mul(2))?;
    let mut text = String::with_capacity(size);
    for (index, item) in value.try_iter()?.enumerate() {
        if index > 0 {
            text.push_str(joiner);
        }
        match item.as_str() {
            Some(part) => text.push_str(part),
            None => {
                // Writing to a `String` cannot fail.
                let _ = write!(text, "{item}");
            }
        }
    }
    Ok(Value::from(text))
}

pub(super) fn replace(state: &mut State, text: &str, from: &str, to: &str) -> Result<String, Error> {
    let meter = Meter::of(state);
    meter.work(text.len().saturating_mul(2).saturating_add(from.len()))?;
    let places = text.matches(from).count();
    let size = text.len().saturating_add(places.saturating_mul(to.len()));
    meter.memory(size.saturating_mul(3))?;
    Ok(text.replace(from, to))
}

pub(super) fn split(
    state: &mut State,
    value: &Value,
    separator: Option<&str>,
    most: Option<i64>,
) -> Result<Value, Error> {
    if let Some(text) = value.as_str() {
        let pieces = match separator {
            Some(separator) => text.matches(separator).count(),
            None => text.split_whitespace().count(),
        };
        let pieces = most.and_then(|most| usize::try_from(most).ok()).map_or(pieces, |most| pieces.min(most));
        cut(state, text, pieces + 1)?;
    }
    filters::split(value, separator.map(Into::into), most)
}

pub(super) fn lines(state: &mut State, value: &Value) -> Result<Value, Error> {
    if let Some(text) = value.as_str() {
        let lines = text.matches('\n').count();
        cut(state, text, lines + 1)?;
    }
    filters::lines(value)
}

/// Pays for cutting a text into so many pieces.
fn cut(state: &mut State, text: &str, pieces: usize) -> Result<(), Error> {
    let meter = Meter::of(state);
    meter.memory(pieces.saturating_mul(PIECE).saturating_add(text.len().saturating_mul(2)))?;
    meter.work(text.len().saturating_add(pieces.saturating_mul(32)))
}

/// The text without white space at its ends, or without the letters that are given.
pub(super) fn trim(state: &mut State, value: &Value, letters: Option<&str>) -> Result<Value, Error> {
    let meter = Meter::of(state);
    super::require(value, meter)?;
    let size = display_size(value, meter)?;
    meter.memory(size.saturating_mul(3))?;
    meter.memory(letters.map_or(0, str::len).saturating_mul(8))?;
    meter.work(count(value).saturating_mul(8))?;
    let text = value.to_string();
    let Some(letters) = letters else { return Ok(Value::from(text.trim())) };
    let mut letters: Vec<char> = letters.chars().collect();
    letters.sort_unstable();
    Ok(Value::from(text.trim_matches(|letter| letters.binary_search(&letter).is_ok())))
}
