//! What is asked of text.

use regex::{Regex, RegexBuilder};
use serde_json::{Map, Value};

use super::Mistakes;
use crate::time::Timestamp;

/// What `format` can be.
pub(crate) const FORMATS: [&str; 5] = ["date", "date-time", "email", "uri", "uuid"];

/// The size of a compiled pattern, in bytes. Its time is in proportion to the text by the engine's nature.
const MAX_PATTERN: usize = 256 * 1024;

/// Compiles a pattern.
pub(crate) fn pattern(source: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(source).size_limit(MAX_PATTERN).build()
}

pub(super) fn check(keywords: &Map<String, Value>, given: &str, path: &str, mistakes: &mut Mistakes) {
    let bound = |word: &str| keywords.get(word).and_then(Value::as_u64);
    let length = given.chars().count() as u64;
    if let Some(least) = bound("minLength").filter(|least| length < *least) {
        mistakes.note(path, format!("must have at least {least} characters"));
    }
    if let Some(most) = bound("maxLength").filter(|most| length > *most) {
        mistakes.note(path, format!("must have at most {most} characters"));
    }
    if let Some(source) = keywords.get("pattern").and_then(Value::as_str)
        && !pattern(source).is_ok_and(|pattern| pattern.is_match(given))
    {
        mistakes.note(path, format!("must match the pattern `{source}`"));
    }
    if let Some(format) = keywords.get("format").and_then(Value::as_str)
        && !is_of(format, given)
    {
        mistakes.note(path, format!("must be of the format `{format}`"));
    }
}

fn is_of(format: &str, given: &str) -> bool {
    match format {
        "date" => given.len() == "2026-03-09".len() && given.parse::<jiff::civil::Date>().is_ok(),
        "date-time" => Timestamp::parse(given).is_ok(),
        "email" => given.split_once('@').is_some_and(|(mailbox, host)| {
            !mailbox.is_empty()
                && !host.is_empty()
                && !host.contains('@')
                && !given.contains(char::is_whitespace)
        }),
        "uri" => given.split_once(':').is_some_and(|(scheme, rest)| {
            scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
                && !rest.is_empty()
                && !given.contains(char::is_whitespace)
        }),
        "uuid" => given.len() == uuid::fmt::Hyphenated::LENGTH && uuid::Uuid::try_parse(given).is_ok(),
        _ => true,
    }
}
