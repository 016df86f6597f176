//! `expect_status`: which statuses are success. `200`, `"2xx"`, or a list of such; 2xx where it is left out.

use http::StatusCode;
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use crate::input::scalar;

/// The statuses that are success.
#[derive(Debug, PartialEq)]
pub(super) struct Expected(Vec<Pattern>);

#[derive(Debug, PartialEq)]
enum Pattern {
    /// One status.
    Exactly(u16),
    /// All that begin with this digit.
    Class(u16),
}

impl Expected {
    pub(super) fn includes(&self, status: StatusCode) -> bool {
        self.0.iter().any(|pattern| match pattern {
            Pattern::Exactly(code) => status.as_u16() == *code,
            Pattern::Class(digit) => status.as_u16() / 100 == *digit,
        })
    }
}

impl Default for Expected {
    fn default() -> Self {
        Self(vec![Pattern::Class(2)])
    }
}

impl<'de> Deserialize<'de> for Expected {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let items = match &value {
            Value::Array(items) if items.is_empty() => {
                return Err(de::Error::custom("an empty list would let no answer succeed"));
            }
            Value::Array(items) => items.as_slice(),
            single => std::slice::from_ref(single),
        };
        let read = |item| {
            pattern(item).ok_or_else(|| {
                de::Error::custom(format!(
                    "{item} is neither a status such as 200 nor a class such as \"2xx\""
                ))
            })
        };
        items.iter().map(read).collect::<Result<_, _>>().map(Self)
    }
}

fn pattern(item: &Value) -> Option<Pattern> {
    let text = scalar(item)?.to_ascii_lowercase();
    if let Some(class) = text.strip_suffix("xx") {
        return class.parse().ok().filter(|digit| (1..=5).contains(digit)).map(Pattern::Class);
    }
    text.parse().ok().filter(|code| (100..600).contains(code)).map(Pattern::Exactly)
}
