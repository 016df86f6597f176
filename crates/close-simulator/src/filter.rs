//! Close's webhook filters (`extra_filter` on one entry of a subscription's `events`).
//! <https://developer.close.com/api/resources/webhooks/webhook-filters>

use serde::Deserialize;
use serde_json::Value;

/// A filter, as Close's documentation lists them. A field that is not there counts as null.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Filter {
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
    IsNull,
    /// The value is not null.
    NonNull,
    /// The array has the value, or the string has the substring.
    Contains {
        /// What is looked for.
        value: Value,
    },
    /// All of them match.
    And {
        /// The inner filters.
        filters: Vec<Filter>,
    },
    /// At least one of them matches.
    Or {
        /// The inner filters.
        filters: Vec<Filter>,
    },
    /// The inner one does not match.
    Not {
        /// The inner filter.
        filter: Box<Filter>,
    },
    /// The inner one matches the value under a key.
    FieldAccessor {
        /// The key, taken whole: `custom.cf_…` is one key.
        field: String,
        /// What the value must match.
        filter: Box<Filter>,
    },
    /// The inner one matches an element of the array.
    AnyArrayValue {
        /// What an element must match.
        filter: Box<Filter>,
    },
}

impl Filter {
    /// Whether `value` passes. The root of a subscription's filter is the event object.
    #[must_use]
    pub fn matches(&self, value: &Value) -> bool {
        match self {
            Self::Equals { value: wanted } => value == wanted,
            Self::NotEquals { value: unwanted } => value != unwanted,
            Self::IsNull => value.is_null(),
            Self::NonNull => !value.is_null(),
            Self::Contains { value: wanted } => contains(value, wanted),
            Self::And { filters } => filters.iter().all(|filter| filter.matches(value)),
            Self::Or { filters } => filters.iter().any(|filter| filter.matches(value)),
            Self::Not { filter } => !filter.matches(value),
            Self::FieldAccessor { field, filter } => filter.matches(value.get(field).unwrap_or(&Value::Null)),
            Self::AnyArrayValue { filter } => value
                .as_array()
                .is_some_and(|elements| elements.iter().any(|element| filter.matches(element))),
        }
    }
}

fn contains(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Array(elements), wanted) => elements.contains(wanted),
        (Value::String(text), Value::String(part)) => text.contains(part.as_str()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn event() -> Value {
        json!({
            "user_id": null,
            "changed_fields": ["status_id", "date_updated"],
            "data": {
                "status_type": "won",
                "custom.cf_region": "north",
                "addresses": [{ "country": "FR" }, { "country": "DE" }],
            },
        })
    }

    fn field(name: &str, filter: &Value) -> Value {
        json!({ "type": "field_accessor", "field": name, "filter": filter })
    }

    #[rstest]
    #[case::changed(field("changed_fields", &json!({ "type": "contains", "value": "status_id" })), true)]
    #[case::substring(
        field("data", &field("status_type", &json!({ "type": "contains", "value": "wo" }))), true)]
    #[case::literal_dotted_key(
        field("data", &field("custom.cf_region", &json!({ "type": "equals", "value": "north" }))), true)]
    #[case::array_element(
        field("data", &field("addresses", &json!({
            "type": "any_array_value", "filter": field("country", &json!({ "type": "equals", "value": "DE" })) }))),
        true)]
    #[case::null(field("user_id", &json!({ "type": "is_null" })), true)]
    #[case::missing_is_null(field("lead_id", &json!({ "type": "non_null" })), false)]
    #[case::not(json!({ "type": "not", "filter": field("user_id", &json!({ "type": "is_null" })) }), false)]
    #[case::or(json!({ "type": "or", "filters": [
        field("user_id", &json!({ "type": "non_null" })),
        field("data", &field("status_type", &json!({ "type": "not_equals", "value": "lost" }))) ] }), true)]
    #[case::and(json!({ "type": "and", "filters": [
        field("user_id", &json!({ "type": "non_null" })),
        field("data", &field("status_type", &json!({ "type": "equals", "value": "won" }))) ] }), false)]
    fn a_filter_passes_what_closes_documentation_says(#[case] filter: Value, #[case] passes: bool) {
        let filter: Filter = serde_json::from_value(filter).unwrap();
        assert_eq!(filter.matches(&event()), passes);
    }

    #[test]
    fn a_type_that_close_does_not_have_is_refused() {
        let filter = json!({ "type": "object_accessor", "field": "data" });
        assert!(serde_json::from_value::<Filter>(filter).is_err());
    }
}
