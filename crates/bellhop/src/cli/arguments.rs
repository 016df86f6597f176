//! How words on the command line are read. What cannot be read is refused before anything is sent.

use std::str::FromStr;
use std::time::Duration;

use bellhop_workflow::ids::WorkflowName;
use bellhop_workflow::time::Timestamp;
use serde_json::Value;

/// An instant, as a person names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Instant {
    /// By the calendar.
    At(Timestamp),
    /// So long before now.
    Ago(Duration),
}

impl Instant {
    /// Which instant that is, seen from `now`.
    pub(super) fn seen_from(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(instant) => instant,
            Self::Ago(duration) => now.minus(duration),
        }
    }
}

/// Reads an RFC 3339 time, or how long ago it was (`30m`, `2h`, `7d`).
pub(super) fn instant(text: &str) -> Result<Instant, String> {
    if let Ok(duration) = duration(text) {
        return Ok(Instant::Ago(duration));
    }
    Timestamp::parse(text)
        .map(Instant::At)
        .map_err(|_| "expected a time such as 2026-03-02T09:00:00Z, or how long ago: 30m, 2h, 7d".to_owned())
}

/// Reads whole seconds, minutes, hours, days or weeks: `10s`, `5m`, `2h`, `7d`, `1w`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let units = [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400), ('w', 604_800)];
    units
        .iter()
        .find_map(|(unit, seconds)| Some((text.strip_suffix(*unit)?, seconds)))
        .filter(|(digits, _)| digits.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|(digits, seconds)| digits.parse::<u64>().ok()?.checked_mul(*seconds))
        .map(Duration::from_secs)
        .ok_or_else(|| "expected a number and a unit, such as 10s, 5m or 2h".to_owned())
}

/// Reads a workflow's name. It becomes a part of a path, where a name like `..` would ask for something else.
pub(crate) fn workflow_name(text: &str) -> Result<WorkflowName, String> {
    let ordinary = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.len() <= 63 && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.bytes().all(ordinary) {
        return Ok(WorkflowName::new(text));
    }
    Err("a workflow's name is at most 63 of a-z, 0-9 and -, and begins with a letter".to_owned())
}

/// Reads a credential's name, which becomes a part of a path as well.
pub(super) fn credential_name(text: &str) -> Result<String, String> {
    let ordinary = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !text.is_empty() && text.bytes().all(ordinary) {
        return Ok(text.to_owned());
    }
    Err("a credential's name is made of letters, digits, - and _".to_owned())
}

/// Reads the id of an execution or a delivery.
pub(super) fn id<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| {
        "expected an id such as 01977f6e-8a10-7c3e-9d55-0242ac120002, as the lists of executions and deliveries have them"
            .to_owned()
    })
}

/// Reads a token's name.
pub(super) fn token_name(text: &str) -> Result<String, String> {
    let ordinary = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if text.len() <= 63 && text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.bytes().all(ordinary) {
        return Ok(text.to_owned());
    }
    Err("a token's name is at most 63 letters, digits, - and _, and begins with a letter".to_owned())
}

/// Reads how long something lives, and leaves it as it is.
pub(super) fn lifetime(text: &str) -> Result<String, String> {
    duration(text).map(|_| text.to_owned())
}

/// Reads a JSON object.
pub(super) fn json_object(text: &str) -> Result<Value, String> {
    match serde_json::from_str(text) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(r#"expected a JSON object, such as {"key": "value"}"#.to_owned()),
        Err(error) => Err(format!("not JSON: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_by_the_calendar_or_so_long_ago() {
        let now = Timestamp::parse("2026-03-02T09:00:00Z").unwrap();
        let seen = |text| instant(text).unwrap().seen_from(now).to_string();
        assert_eq!(seen("2h"), "2026-03-02T07:00:00.000000Z");
        assert_eq!(seen("1w"), "2026-02-23T09:00:00.000000Z");
        assert_eq!(seen("2026-03-01T10:00:00+01:00"), "2026-03-01T09:00:00.000000Z");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "h", "2", "-2h", "+2h", "2.5h", "2 h", "yesterday", "99999999999999999999d", "2ä"] {
            assert!(instant(text).is_err(), "{text:?} was taken for a time");
        }
    }

    #[test]
    fn a_name_that_would_lead_elsewhere_is_refused() {
        for name in ["", "..", "a/b", "A", "1a", "a?b", "a%2fb", &"a".repeat(64)] {
            assert!(workflow_name(name).is_err(), "{name:?} was taken for a workflow's name");
        }
        for name in ["", "..", "a/b", "a b", "ä"] {
            assert!(credential_name(name).is_err(), "{name:?} was taken for a credential's name");
        }
        assert!(workflow_name("won-deal-to-slack-2").is_ok());
        assert!(credential_name("CLOSE_key-2").is_ok());
    }

    #[test]
    fn inputs_are_an_object() {
        assert_eq!(json_object(r#"{"a": 1}"#), Ok(serde_json::json!({"a": 1})));
        assert!(json_object("[1]").is_err());
        assert!(json_object("{").is_err());
    }
}
