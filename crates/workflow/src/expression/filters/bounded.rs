//! MiniJinja's filters that make as much as a number says, with a bound on the number.

use minijinja::value::{Kwargs, Rest, Value, ValueOrKwargs};
use minijinja::{Error, State, filters};

use super::failed;

/// The widest padding and the most parts.
const MAX: usize = 1_000;

pub(super) fn format(
    state: &mut State,
    text: &Value,
    arguments: Rest<ValueOrKwargs>,
) -> Result<Value, Error> {
    // A width or a precision of four digits or more, or one that an argument says.
    let bytes = text.as_str().unwrap_or_default().as_bytes();
    let is_wide = bytes.windows(4).any(|four| four.iter().all(u8::is_ascii_digit));
    if is_wide || bytes.contains(&b'*') {
        return Err(failed(format!("widths in a format are at most {}, and `*` is not taken", MAX - 1)));
    }
    filters::format(state, text, arguments)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that MiniJinja calls")]
pub(super) fn indent(
    value: &Value,
    width: Option<usize>,
    first: Option<bool>,
    options: Kwargs,
) -> Result<Value, Error> {
    let width = width.or(options.get("width")?).unwrap_or(4);
    let first = first.or(options.get("first")?).unwrap_or(false);
    options.assert_all_used()?;
    check(width)?;
    super::require(value)?;
    let text = value.to_string();
    let margin = " ".repeat(width);
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if (index > 0 || first) && !line.trim().is_empty() {
            out.push_str(&margin);
        }
        out.push_str(line);
    }
    Ok(Value::from(out))
}

pub(super) fn slice(
    state: &mut State,
    value: Value,
    count: usize,
    fill_with: Option<Value>,
) -> Result<Value, Error> {
    check(count)?;
    filters::slice(state, value, count, fill_with)
}

fn check(number: usize) -> Result<(), Error> {
    if number > MAX { Err(failed(format!("{number} is more than {MAX}"))) } else { Ok(()) }
}
