//! `tojson` and `fromjson`.

use minijinja::{Error, ErrorKind, State, Value};

use super::failed;
use crate::expression::convert::{Allowance, Unfit, from_engine};
use crate::expression::machine::{Meter, weigh};

/// A value as JSON, on one line, or indented where asked for. Unlike MiniJinja's own it does not escape for HTML:
/// the text goes to machines.
pub(super) fn tojson(state: &mut State, value: &Value, indented: Option<bool>) -> Result<String, Error> {
    let meter = Meter::of(state);
    let size = weigh(value, meter)?;
    meter.work(size)?;
    let mut allowance = Allowance::within(meter.memory_left());
    let json = from_engine(value, &mut allowance);
    meter.memory(allowance.memory_taken())?;
    let json = json.map_err(|unfit| match unfit {
        Unfit::Undefined => Error::from(ErrorKind::UndefinedError),
        Unfit::TooLarge => failed("the value is too large for tojson"),
        Unfit::TooDeep => failed("the value is nested too deeply for tojson"),
        Unfit::NotJson(what) => failed(format!("{what} is no JSON value")),
    })?;
    let text = if indented == Some(true) {
        serde_json::to_string_pretty(&json)
    } else {
        serde_json::to_string(&json)
    };
    let text = text.map_err(|error| failed("the value cannot be written as JSON").with_source(error))?;
    meter.memory(text.len().saturating_mul(3))?;
    Ok(text)
}

/// The value that a text says in JSON.
pub(super) fn fromjson(state: &mut State, text: &str) -> Result<Value, Error> {
    let meter = Meter::of(state);
    meter.work(text.len().saturating_mul(2))?;
    // What each sign can stand for at most, as they are when the values are read: with room to grow. Those inside of
    // strings count, too; who counts them apart has read the text.
    let size = text.bytes().fold(text.len() * 2, |size, byte| {
        size + match byte {
            b'{' => 400,
            b'[' | b':' => 160,
            b',' => 48,
            _ => 0,
        }
    });
    meter.memory(size)?;
    serde_json::from_str(text).map_err(|error| failed("the text is not JSON").with_source(error))
}
