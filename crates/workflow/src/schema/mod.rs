//! Values held against a JSON Schema.
//!
//! The keywords are those of JSON Schema (draft 2020-12) that describe a value by itself: [`KEYWORDS`] has all of
//! them. There are no references, so nothing is ever fetched and no schema is without an end; and there are no keywords
//! that are passed over in silence, as the parser refuses the ones that are not here. A value that was refused is never
//! shown: it may be a secret.
//!
//! # Adding a keyword
//! Its line in [`KEYWORDS`], from which the parser knows what it must look like, and what it asks for in `value`,
//! `text`, `number` or `collection`.

mod collection;
mod number;
mod text;
mod value;

use serde_json::Value;

pub(crate) use self::text::{FORMATS, pattern};
pub(crate) use self::value::TYPES;

/// What a keyword's own value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// The name of a type, or a list of them.
    Type,
    /// A list of values, at least one.
    Values,
    /// Anything.
    Any,
    /// Text, for readers.
    Text,
    /// True or false.
    Truth,
    /// A whole number from 0.
    Count,
    /// A number.
    Number,
    /// A number above 0.
    Positive,
    /// A regular expression.
    Pattern,
    /// One of [`FORMATS`].
    Format,
    /// A list of names.
    Names,
    /// A schema.
    Schema,
    /// A schema, or true or false for any and none.
    SchemaOrTruth,
    /// A list of schemas, at least one.
    Schemas,
    /// A map of schemas by name.
    Fields,
}

/// The keywords that are known.
pub(crate) const KEYWORDS: [(&str, Form); 34] = [
    ("type", Form::Type),
    ("title", Form::Text),
    ("description", Form::Text),
    ("$comment", Form::Text),
    ("examples", Form::Values),
    ("default", Form::Any),
    ("deprecated", Form::Truth),
    ("enum", Form::Values),
    ("const", Form::Any),
    ("minLength", Form::Count),
    ("maxLength", Form::Count),
    ("pattern", Form::Pattern),
    ("format", Form::Format),
    ("minimum", Form::Number),
    ("maximum", Form::Number),
    ("exclusiveMinimum", Form::Number),
    ("exclusiveMaximum", Form::Number),
    ("multipleOf", Form::Positive),
    ("items", Form::SchemaOrTruth),
    ("prefixItems", Form::Schemas),
    ("contains", Form::Schema),
    ("minItems", Form::Count),
    ("maxItems", Form::Count),
    ("uniqueItems", Form::Truth),
    ("properties", Form::Fields),
    ("required", Form::Names),
    ("additionalProperties", Form::SchemaOrTruth),
    ("propertyNames", Form::Schema),
    ("minProperties", Form::Count),
    ("maxProperties", Form::Count),
    ("allOf", Form::Schemas),
    ("anyOf", Form::Schemas),
    ("oneOf", Form::Schemas),
    ("not", Form::Schema),
];

/// More than these are not gathered: nobody reads them, and a long list could have one for each item.
const MAX_MISTAKES: usize = 50;

/// Where a value is not as its schema says, and why, gathered.
#[derive(Debug, Default)]
pub(crate) struct Mistakes(Vec<(String, String)>);

impl Mistakes {
    fn is_full(&self) -> bool {
        self.0.len() >= MAX_MISTAKES
    }

    fn note(&mut self, path: &str, message: impl Into<String>) {
        if !self.is_full() {
            self.0.push((path.to_owned(), message.into()));
        }
    }
}

/// Holds a value against a schema that the parser has found good. What is given back is each place (`items[2].sku`,
/// beginning with `path`) with what it should be; nothing where the value is as it should.
pub(crate) fn check(schema: &Value, value: &Value, path: &str) -> Vec<(String, String)> {
    let mut mistakes = Mistakes::default();
    value::check(schema, value, path, &mut mistakes);
    mistakes.0
}

fn fits(schema: &Value, value: &Value) -> bool {
    check(schema, value, "").is_empty()
}

/// The path of a field.
fn field(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
