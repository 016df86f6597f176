//! What a value is to look like.

use indexmap::IndexMap;
use regex::Regex;
use serde_json::{Number, Value};

/// What a value is to look like.
#[derive(Debug, Clone)]
pub enum Matcher {
    /// Just this. Numbers are compared by value (`1` is `1.0`); text is never a number.
    Equals(Value),
    /// A map with at least these fields.
    Fields(IndexMap<String, Matcher>),
    /// A list of just as many items, each of which matches the one at its place.
    Items(Vec<Matcher>),
    /// `contains`: a text with this text in it, or a list with such an item in it.
    Contains(Box<Matcher>),
    /// `matches`: a text in which the pattern is found.
    Matches(Regex),
    /// `exists`: whether it is there at all, if only as null.
    Exists(bool),
    /// `not`: anything else, or nothing.
    Not(Box<Matcher>),
    /// `any_of`: what one of these takes. Never empty.
    AnyOf(Vec<Matcher>),
    /// Several at once, as in `{ gte: 1, lt: 10 }`.
    AllOf(Vec<Matcher>),
    /// `gt`, `gte`, `lt`, `lte`: a number on that side.
    Compare(Comparison, Number),
    /// `length`: a text of so many characters, a list of so many items, a map of so many fields.
    Length(Box<Matcher>),
    /// `is`: any value of a type.
    Is(TypeWord),
}

impl Matcher {
    /// The keys that make a map a matcher, where it has no others.
    pub const WORDS: [&'static str; 12] = [
        "contains", "equals", "matches", "exists", "not", "any_of", "gt", "gte", "lt", "lte", "length", "is",
    ];
}

/// On which side of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// More.
    Greater,
    /// As much or more.
    GreaterOrEqual,
    /// Less.
    Less,
    /// As much or less.
    LessOrEqual,
}

impl Comparison {
    /// In words.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Greater => "more than",
            Self::GreaterOrEqual => "at least",
            Self::Less => "less than",
            Self::LessOrEqual => "at most",
        }
    }
}

/// A type, by its name in JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeWord {
    /// Text.
    String,
    /// A number.
    Number,
    /// A number without a fraction.
    Integer,
    /// True or false.
    Boolean,
    /// A list.
    Array,
    /// A map.
    Object,
    /// Null.
    Null,
}

impl TypeWord {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::String, Self::Number, Self::Integer, Self::Boolean, Self::Array, Self::Object, Self::Null];

    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Array => "array",
            Self::Object => "object",
            Self::Null => "null",
        }
    }

    /// Whether a value is of this type. `1.0` is an integer, as in JSON Schema.
    #[must_use]
    pub fn takes(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Number => value.is_number(),
            Self::Integer => match value {
                Value::Number(number) => {
                    number.is_i64()
                        || number.is_u64()
                        || number.as_f64().is_some_and(|number| number.fract() == 0.0)
                }
                _ => false,
            },
            Self::Boolean => value.is_boolean(),
            Self::Array => value.is_array(),
            Self::Object => value.is_object(),
            Self::Null => value.is_null(),
        }
    }
}
