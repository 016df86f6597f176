//! Values from JSON to the expression engine and back. Integers stay integers, and null stays null.

use minijinja::Value as EngineValue;
use minijinja::value::ValueKind;
use serde_json::{Map, Number, Value};

use super::machine::MAX_MEMORY;
use super::{ExpressionError, MAX_OUTPUT_BYTES};

/// How deeply a value may be nested, with room for what it is wrapped in as it is written down: whoever reads it
/// back stops at 128.
const MAX_DEPTH: usize = 100;

/// What a value costs beside its text, so that a list of a million nulls is not free.
const COST: usize = 4;

/// What values take in memory beside their text, in bytes: one in a list, a list, a map, one in a map with its name.
const VALUE: usize = 80;
const LIST: usize = 16;
const TABLE: usize = 128;
const ENTRY: usize = 176;

/// How much one rendering may still give.
#[derive(Debug)]
pub(super) struct Allowance {
    bytes: usize,
    memory: usize,
    memory_taken: usize,
}

impl Allowance {
    pub(super) const fn full() -> Self {
        Self::within(MAX_MEMORY)
    }

    /// An allowance that takes no more than so much memory.
    pub(super) const fn within(memory: usize) -> Self {
        Self { bytes: MAX_OUTPUT_BYTES, memory, memory_taken: 0 }
    }

    /// The memory of all that was made on it.
    pub(super) const fn memory_taken(&self) -> usize {
        self.memory_taken
    }

    /// Takes `bytes` of output off, and as much memory and `structure` more; false where there is not so much left.
    pub(super) fn take(&mut self, bytes: usize, structure: usize) -> bool {
        let memory = bytes.saturating_add(structure);
        match (self.bytes.checked_sub(bytes), self.memory.checked_sub(memory)) {
            (Some(bytes), Some(left)) => {
                (self.bytes, self.memory) = (bytes, left);
                self.memory_taken += memory;
                true
            }
            _ => false,
        }
    }
}

/// Why a value cannot leave the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    Undefined,
    TooLarge,
    TooDeep,
    NotJson(&'static str),
}

impl Unfit {
    pub(super) fn of(self, expression: &str) -> ExpressionError {
        let expression = expression.to_owned();
        match self {
            Self::Undefined => ExpressionError::Undefined { path: expression.trim().to_owned(), expression },
            Self::TooLarge => ExpressionError::TooLarge(expression),
            Self::TooDeep => ExpressionError::TooDeep(expression),
            Self::NotJson(what) => ExpressionError::NotJson { what, expression },
        }
    }
}

/// A JSON value as the engine sees it.
pub(super) fn to_engine(value: &Value) -> EngineValue {
    match value {
        Value::Null => EngineValue::from(()),
        Value::Bool(truth) => EngineValue::from(*truth),
        Value::Number(number) => number_to_engine(number),
        Value::String(text) => EngineValue::from(text.as_str()),
        Value::Array(items) => items.iter().map(to_engine).collect(),
        Value::Object(fields) => {
            EngineValue::from_pairs(fields.iter().map(|(name, value)| (name.as_str(), to_engine(value))))
        }
    }
}

fn number_to_engine(number: &Number) -> EngineValue {
    if let Some(integer) = number.as_i64() {
        EngineValue::from(integer)
    } else if let Some(integer) = number.as_u64() {
        EngineValue::from(integer)
    } else {
        EngineValue::from(number.as_f64().unwrap_or(f64::NAN))
    }
}

/// What the engine gave, as JSON.
pub(super) fn from_engine(value: &EngineValue, allowance: &mut Allowance) -> Result<Value, Unfit> {
    convert(value, allowance, MAX_DEPTH)
}

fn convert(value: &EngineValue, allowance: &mut Allowance, depth: usize) -> Result<Value, Unfit> {
    let text_cost = value.as_str().map_or(0, str::len);
    // Its place was paid for with the list or the map that it stands in.
    if !allowance.take(COST + text_cost, 0) {
        return Err(Unfit::TooLarge);
    }
    let depth = depth.checked_sub(1).ok_or(Unfit::TooDeep)?;
    match value.kind() {
        ValueKind::Undefined => Err(Unfit::Undefined),
        ValueKind::None => Ok(Value::Null),
        ValueKind::Bool => Ok(Value::Bool(value.is_true())),
        ValueKind::Number => number_from_engine(value),
        ValueKind::String => Ok(Value::String(value.as_str().unwrap_or_default().to_owned())),
        ValueKind::Seq | ValueKind::Iterable => {
            let items = value.try_iter().map_err(|_| Unfit::NotJson("something that cannot be listed"))?;
            let count = value.len().unwrap_or(0);
            if !allowance.take(0, count.saturating_mul(VALUE).saturating_add(LIST)) {
                return Err(Unfit::TooLarge);
            }
            // With room for just these: a list that grows takes twice as much.
            let mut list = Vec::with_capacity(count);
            for item in items {
                list.push(convert(&item, allowance, depth)?);
            }
            Ok(Value::Array(list))
        }
        ValueKind::Map => map_from_engine(value, allowance, depth).map(Value::Object),
        ValueKind::Bytes => Err(Unfit::NotJson("bytes that are no text")),
        ValueKind::Invalid => Err(Unfit::NotJson("an invalid value")),
        _ => Err(Unfit::NotJson("a function")),
    }
}

fn number_from_engine(value: &EngineValue) -> Result<Value, Unfit> {
    if value.is_integer() {
        let integer =
            i128::try_from(value.clone()).map_err(|_| Unfit::NotJson("a number beyond all bounds"))?;
        return if let Ok(integer) = i64::try_from(integer) {
            Ok(Value::from(integer))
        } else if let Ok(integer) = u64::try_from(integer) {
            Ok(Value::from(integer))
        } else {
            Err(Unfit::NotJson("an integer of more than 64 bits"))
        };
    }
    f64::try_from(value.clone())
        .ok()
        .and_then(Number::from_f64)
        .map(Value::Number)
        .ok_or(Unfit::NotJson("an infinite number"))
}

fn map_from_engine(
    value: &EngineValue,
    allowance: &mut Allowance,
    depth: usize,
) -> Result<Map<String, Value>, Unfit> {
    let count = value.len().unwrap_or(0);
    if !allowance.take(0, count.saturating_mul(ENTRY).saturating_add(TABLE)) {
        return Err(Unfit::TooLarge);
    }
    let mut fields = Map::with_capacity(count);
    for key in value.try_iter().map_err(|_| Unfit::NotJson("something that cannot be listed"))? {
        let name = match key.kind() {
            ValueKind::String | ValueKind::Number => key.to_string(),
            _ => return Err(Unfit::NotJson("a map with a key that is neither text nor number")),
        };
        if !allowance.take(name.len(), 0) {
            return Err(Unfit::TooLarge);
        }
        let field = value.get_item(&key).map_err(|_| Unfit::Undefined)?;
        fields.insert(name, convert(&field, allowance, depth)?);
    }
    Ok(fields)
}

/// Up to here, every whole number has a `f64` of its own.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

/// A value in the middle of text: truth as `true` and `false`, null as nothing, lists and maps as JSON. A whole number is
/// written without a fraction: `2500000 / 100` is a quotient, but what a reader wants to see is `25000`.
pub(super) fn push_text(
    text: &mut String,
    value: &EngineValue,
    allowance: &mut Allowance,
) -> Result<(), Unfit> {
    if let Some(part) = value.as_str() {
        return push(text, part, allowance);
    }
    match from_engine(value, allowance)? {
        Value::Null => Ok(()),
        Value::Number(number) => match number.as_f64() {
            Some(whole) if number.is_f64() && whole.fract() == 0.0 && whole.abs() <= LARGEST_WHOLE => {
                push(text, &format!("{whole:.0}"), allowance)
            }
            _ => push(text, &value.to_string(), allowance),
        },
        json => push(text, &json.to_string(), allowance),
    }
}

/// Adds to a text that may not grow without bounds.
pub(super) fn push(text: &mut String, part: &str, allowance: &mut Allowance) -> Result<(), Unfit> {
    if !allowance.take(part.len(), 0) {
        return Err(Unfit::TooLarge);
    }
    text.push_str(part);
    Ok(())
}
