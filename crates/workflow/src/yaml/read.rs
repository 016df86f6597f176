//! From the YAML library's events to the tree.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use serde_yaml::{Location, Spanned};

use super::node::{Data, Key, Node};
use crate::source::Span;

/// A value as the library gives it, its places still in the library's type.
#[derive(Debug)]
pub(super) enum Raw {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

pub(super) fn node(raw: Spanned<Raw>) -> Node {
    // Where an alias is used, the place is that of the anchor: that is the text which a person has to change.
    let span = span(&raw.defined);
    let data = match raw.value {
        Raw::Null => Data::Null,
        Raw::Bool(truth) => Data::Bool(truth),
        Raw::Number(number) => Data::Number(number),
        Raw::Text(text) => Data::Text(text),
        Raw::List(items) => Data::List(items.into_iter().map(node).collect()),
        Raw::Map(fields) => {
            Data::Map(fields.into_iter().map(|(name, value)| (key(name), node(value))).collect())
        }
    };
    Node { span: covering(span, &data), data }
}

fn key(name: Spanned<String>) -> Key {
    Key { span: span(&name.defined), name: name.value }
}

fn span(place: &Location) -> Span {
    let to_usize = |number: Option<u64>| number.and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
    let start = to_usize(place.span().byte_offset());
    Span::new(start, start + to_usize(place.span().byte_len()))
}

/// The library gives collections no length: let a block map's place be its first key.
fn covering(span: Span, data: &Data) -> Span {
    match data {
        Data::Map(fields) if span.end == span.start => {
            fields.first().map_or(span, |(key, _)| if key.span.start == span.start { key.span } else { span })
        }
        _ => span,
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(truth))
    }

    fn visit_i64<E>(self, integer: i64) -> Result<Raw, E> {
        Ok(Raw::Number(integer.into()))
    }

    fn visit_u64<E>(self, integer: u64) -> Result<Raw, E> {
        Ok(Raw::Number(integer.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Raw, E> {
        Number::from_f64(number).map(Raw::Number).ok_or_else(|| E::custom("the number is infinite"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Raw, E> {
        Ok(Raw::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = access.next_entry()? {
            fields.push(field);
        }
        Ok(Raw::Map(fields))
    }
}
