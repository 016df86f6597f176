//! Close's webhook filters (`extra_filter` on an entry of a subscription's `events`):
//! <https://developer.close.com/api/resources/webhooks/webhook-filters>.
//!
//! Close evaluates them for what it delivers. Bellhop does so for what it fetches from the event log itself, where
//! nobody has filtered.
//!
//! # Adding a type
//! A variant here with what it matches, and its line in `parse/trigger/close_filter.rs`.

use serde::Deserialize;
use serde_json::Value;

/// A filter. A field that is not there counts as null.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum CloseFilter {
    /// The value is identical.
    Equals {
        /// What it is compared with.
        value: Value,
    },
    /// The value is another one.
    NotEquals {
        /// What it is compared with.
        value: Value,
    },
    /// The value is null.
    IsNull {},
    /// The value is not null.
    NonNull {},
    /// The list has the value, or the text has it somewhere.
    Contains {
        /// What is looked for.
        value: Value,
    },
    /// All of them match.
    And {
        /// The inner filters.
        filters: Vec<CloseFilter>,
    },
    /// At least one of them matches.
    Or {
        /// The inner filters.
        filters: Vec<CloseFilter>,
    },
    /// The inner one does not match.
    Not {
        /// The inner filter.
        filter: Box<CloseFilter>,
    },
    /// The inner one matches what is under a key.
    FieldAccessor {
        /// The key, taken whole: `custom.cf_…` is one.
        field: String,
        /// What the value must match.
        filter: Box<CloseFilter>,
    },
    /// The inner one matches an element of the list.
    AnyArrayValue {
        /// What an element must match.
        filter: Box<CloseFilter>,
    },
}

impl CloseFilter {
    /// Whether `value` passes. A subscription's filter is asked of the event: the object with `object_type`, `action`,
    /// `data` and the rest.
    #[must_use]
    pub fn matches(&self, value: &Value) -> bool {
        match self {
            Self::Equals { value: wanted } => value == wanted,
            Self::NotEquals { value: unwanted } => value != unwanted,
            Self::IsNull {} => value.is_null(),
            Self::NonNull {} => !value.is_null(),
            Self::Contains { value: wanted } => contains(value, wanted),
            Self::And { filters } => filters.iter().all(|filter| filter.matches(value)),
            Self::Or { filters } => filters.iter().any(|filter| filter.matches(value)),
            Self::Not { filter } => !filter.matches(value),
            Self::FieldAccessor { field, filter } => filter.matches(value.get(field).unwrap_or(&Value::Null)),
            Self::AnyArrayValue { filter } => {
                value.as_array().is_some_and(|items| items.iter().any(|item| filter.matches(item)))
            }
        }
    }
}

fn contains(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Array(items), wanted) => items.contains(wanted),
        (Value::String(text), Value::String(part)) => text.contains(part.as_str()),
        _ => false,
    }
}
