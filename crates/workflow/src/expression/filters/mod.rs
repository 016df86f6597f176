//! The filters that webhooks need and MiniJinja does not have.
//!
//! # Adding a filter
//! 1. A function in a file of its own kind here, registered below.
//! 2. Its name in [`FILTERS`](super::FILTERS), or the check refuses it.
//! 3. A line in the table of `tests/it/filters.rs` and in the docs.

mod bounded;
mod date;
mod digest;
mod encoding;
mod json;
mod regex;
mod slug;

use minijinja::{Environment, Error, ErrorKind, Value};

/// A filter for the engine's own use: fails, naming the path, where a value or anything in it is undefined.
pub(super) const REQUIRE: &str = "__require";

pub(super) fn register(engine: &mut Environment<'static>) {
    engine.add_filter(REQUIRE, require);
    engine.add_filter("tojson", json::tojson);
    engine.add_filter("fromjson", json::fromjson);
    engine.add_filter("b64encode", encoding::b64encode);
    engine.add_filter("b64decode", encoding::b64decode);
    engine.add_filter("urlencode", encoding::urlencode);
    engine.add_filter("sha256", digest::sha256);
    engine.add_filter("hmac_sha256", digest::hmac_sha256);
    engine.add_filter("date", date::date);
    engine.add_filter("parse_date", date::parse_date);
    engine.add_filter("regex_match", regex::regex_match);
    engine.add_filter("regex_replace", regex::regex_replace);
    engine.add_filter("slugify", slug::slugify);
    engine.add_filter("format", bounded::format);
    engine.add_filter("indent", bounded::indent);
    engine.add_filter("slice", bounded::slice);
}

fn failed(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

fn require(value: &Value) -> Result<Value, Error> {
    if value.is_undefined() {
        // MiniJinja tells where an undefined value comes from only in its own errors: this conversion makes one.
        return i64::try_from(value.clone()).map(Value::from);
    }
    if matches!(value.kind(), minijinja::value::ValueKind::Seq | minijinja::value::ValueKind::Map) {
        for key in value.try_iter()? {
            let item =
                if value.kind() == minijinja::value::ValueKind::Map { value.get_item(&key)? } else { key };
            require(&item)?;
        }
    }
    Ok(value.clone())
}
