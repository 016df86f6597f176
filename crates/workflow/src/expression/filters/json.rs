//! `tojson` and `fromjson`.

use minijinja::{Error, Value};

use super::failed;
use crate::expression::convert::{Allowance, Unfit, from_engine, to_engine};

/// A value as JSON, on one line, or indented where asked for. Unlike MiniJinja's own it does not escape for HTML:
/// the text goes to machines.
pub(super) fn tojson(value: &Value, indented: Option<bool>) -> Result<String, Error> {
    let json = from_engine(value, &mut Allowance::full()).map_err(|unfit| match unfit {
        Unfit::Undefined => undefined(value),
        Unfit::TooLarge => failed("the value is too large for tojson"),
        Unfit::TooDeep => failed("the value is nested too deeply for tojson"),
        Unfit::NotJson(what) => failed(format!("{what} is no JSON value")),
    })?;
    let text = if indented == Some(true) {
        serde_json::to_string_pretty(&json)
    } else {
        serde_json::to_string(&json)
    };
    text.map_err(|error| failed("the value cannot be written as JSON").with_source(error))
}

fn undefined(value: &Value) -> Error {
    super::require(value).err().unwrap_or_else(|| failed("the value is undefined"))
}

/// The value that a text says in JSON.
pub(super) fn fromjson(text: &str) -> Result<Value, Error> {
    let json =
        serde_json::from_str(text).map_err(|error| failed("the text is not JSON").with_source(error))?;
    Ok(to_engine(&json))
}
