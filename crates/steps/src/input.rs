//! Reading a step's rendered input, key by key, so that every mistake names its key.

use std::borrow::Cow;

use bellhop_workflow::model::StepKind;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::StepFailure;

/// The input of one step and which of its keys were read.
pub(crate) struct Input<'a> {
    kind: StepKind,
    map: &'a Map<String, Value>,
    read: Vec<&'static str>,
}

impl<'a> Input<'a> {
    /// The input of a step of that kind; it must be a map.
    pub(crate) fn of(kind: StepKind, value: &'a Value) -> Result<Self, StepFailure> {
        let map = value.as_object().ok_or_else(|| {
            StepFailure::invalid_input(format!(
                "`with` of `{}` is a map, not {}",
                kind.as_str(),
                describe(value)
            ))
        })?;
        Ok(Self { kind, map, read: Vec::new() })
    }

    /// The value as it is; a `null` that was written is one.
    pub(crate) fn raw(&mut self, key: &'static str) -> Option<&'a Value> {
        self.read.push(key);
        self.map.get(key)
    }

    /// The value, where the key is there; `null` is as good as left out.
    pub(crate) fn optional<T: Deserialize<'a>>(
        &mut self,
        key: &'static str,
    ) -> Result<Option<T>, StepFailure> {
        let Some(value) = self.raw(key).filter(|value| !value.is_null()) else { return Ok(None) };
        T::deserialize(value)
            .map(Some)
            .map_err(|error| StepFailure::invalid_input(format!("`{key}`: {error}")))
    }

    /// The value; an error where it is left out.
    pub(crate) fn required<T: Deserialize<'a>>(&mut self, key: &'static str) -> Result<T, StepFailure> {
        self.optional(key)?
            .ok_or_else(|| StepFailure::invalid_input(format!("`{}` needs `{key}`", self.kind.as_str())))
    }

    /// An error where there is a key that nobody read.
    pub(crate) fn finish(self) -> Result<(), StepFailure> {
        match self.map.keys().find(|key| !self.read.contains(&key.as_str())) {
            None => Ok(()),
            Some(key) => Err(StepFailure::invalid_input(format!(
                "`{}` has no key `{key}`; it has {}",
                self.kind.as_str(),
                self.read.join(", ")
            ))),
        }
    }
}

/// The text of a text, number or truth value; `None` for anything else.
pub(crate) fn scalar(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(_) | Value::Bool(_) => Some(Cow::Owned(value.to_string())),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// What a value is, in words.
pub(crate) const fn describe(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

/// Names and values as a query or a form has them: `null` is left out, a list repeats its name.
pub(crate) fn pairs(key: &str, map: &Map<String, Value>) -> Result<Vec<(String, String)>, StepFailure> {
    let mut pairs = Vec::new();
    for (name, value) in map {
        let values = match value {
            Value::Null => &[],
            Value::Array(items) => items.as_slice(),
            single => std::slice::from_ref(single),
        };
        for value in values {
            let text = scalar(value).ok_or_else(|| {
                StepFailure::invalid_input(format!(
                    "`{key}.{name}` is a text, a number or a list of them, not {}",
                    describe(value)
                ))
            })?;
            pairs.push((name.clone(), text.into_owned()));
        }
    }
    Ok(pairs)
}
