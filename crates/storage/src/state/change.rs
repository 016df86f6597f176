//! What can be done with a key, and what comes of it.

use serde_json::{Number, Value};

/// The longest key, in bytes.
const LONGEST_KEY: usize = 255;

/// The longest value, in bytes of JSON.
pub(crate) const LONGEST_VALUE: usize = 64 * 1_024;

/// What is to be done with a key.
#[derive(Debug, Clone, PartialEq)]
pub struct StateChange {
    /// The key, 1 to 255 bytes.
    pub key: String,
    /// What is done with it.
    pub op: StateOp,
}

/// What is done with a key.
#[derive(Debug, Clone, PartialEq)]
pub enum StateOp {
    /// Reads it. Gives the value, or the default where there is none.
    Get {
        /// What is given where there is no value.
        default: Value,
    },
    /// Sets it. Gives the new value.
    Set(Value),
    /// Adds to it; one that is not there counts as 0. Gives the new value.
    Increment(Number),
    /// Removes it. Gives the value that it had, null where it had none.
    Delete,
}

/// Why a change is not possible. Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// The key is too long, or empty.
    #[error("a state key has 1 to {LONGEST_KEY} bytes, and this one has {0}")]
    Key(usize),
    /// The value is too long.
    #[error("a state value has at most {LONGEST_VALUE} bytes of JSON, and this one has {0}")]
    TooLong(usize),
    /// What is there is not a number.
    #[error("`{key}` holds {found}, which cannot be incremented; set it to a number first")]
    NotANumber {
        /// The key.
        key: String,
        /// What kind of value it holds.
        found: &'static str,
    },
    /// The sum is more than a number can be.
    #[error("`{0}` would be more than a number can be")]
    Overflow(String),
}

/// What becomes of the stored value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Effect {
    Keep,
    Put(Value),
    Remove,
}

impl StateChange {
    /// Whether it can be done at all.
    pub(crate) fn check(&self) -> Result<(), StateError> {
        if self.key.is_empty() || self.key.len() > LONGEST_KEY {
            return Err(StateError::Key(self.key.len()));
        }
        match &self.op {
            StateOp::Set(value) => match value.to_string().len() {
                length if length > LONGEST_VALUE => Err(StateError::TooLong(length)),
                _ => Ok(()),
            },
            StateOp::Get { .. } | StateOp::Increment(_) | StateOp::Delete => Ok(()),
        }
    }

    /// What comes of it where the key holds `stored`: what is given, and what becomes of the stored value.
    pub(crate) fn apply(&self, stored: Option<&Value>) -> Result<(Value, Effect), StateError> {
        Ok(match &self.op {
            StateOp::Get { default } => (stored.unwrap_or(default).clone(), Effect::Keep),
            StateOp::Set(value) => (value.clone(), Effect::Put(value.clone())),
            StateOp::Increment(by) => {
                let sum = Value::Number(self.sum(stored, by)?);
                (sum.clone(), Effect::Put(sum))
            }
            StateOp::Delete => match stored {
                Some(stored) => (stored.clone(), Effect::Remove),
                None => (Value::Null, Effect::Keep),
            },
        })
    }

    /// Whole numbers stay whole, also where they are written as `1.0` in neither place.
    fn sum(&self, stored: Option<&Value>, by: &Number) -> Result<Number, StateError> {
        let stored = match stored {
            None => &Number::from(0),
            Some(Value::Number(number)) => number,
            Some(other) => {
                return Err(StateError::NotANumber { key: self.key.clone(), found: kind_of(other) });
            }
        };
        let overflow = || StateError::Overflow(self.key.clone());
        match (stored.as_i128(), by.as_i128()) {
            (Some(stored), Some(by)) => {
                stored.checked_add(by).and_then(Number::from_i128).ok_or_else(overflow)
            }
            _ => stored
                .as_f64()
                .zip(by.as_f64())
                .and_then(|(stored, by)| Number::from_f64(stored + by))
                .ok_or_else(overflow),
        }
    }
}

const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}
