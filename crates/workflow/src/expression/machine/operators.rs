//! What the operators do, and what they cost.

use std::fmt::Write;
use std::sync::LazyLock;

use minijinja::value::ValueKind;
use minijinja::{Error, ErrorKind, Expression, Value, context};

use super::{Meter, Operator, display_size, weigh};
use crate::expression::engine;

/// What a place in a list takes, in bytes.
const SLOT: usize = size_of::<Value>();

/// The work of one operation on numbers.
const ARITHMETIC: usize = 256;

/// MiniJinja's own arithmetic, with its errors; it has no other door.
static ARITHMETICS: LazyLock<Vec<(Operator, &str, Expression<'static, 'static>)>> = LazyLock::new(|| {
    [
        (Operator::Add, "+"),
        (Operator::Subtract, "-"),
        (Operator::Multiply, "*"),
        (Operator::Divide, "/"),
        (Operator::DivideWhole, "//"),
        (Operator::Remainder, "%"),
        (Operator::Power, "**"),
    ]
    .into_iter()
    .filter_map(|(operator, sign)| Some((operator, sign, engine::compile(format!("a {sign} b")).ok()?)))
    .collect()
});

static NEGATION: LazyLock<Result<Expression<'static, 'static>, Error>> =
    LazyLock::new(|| engine::compile("-a".to_owned()));

/// What an operator makes of two values, both of which are defined.
pub(super) fn apply(
    operator: Operator,
    left: &Value,
    right: &Value,
    meter: &mut Meter,
) -> Result<Value, Error> {
    match operator {
        Operator::Concatenate => concatenate(left, right, meter),
        Operator::Add if is_list(left) && is_list(right) => join(left, right, meter),
        Operator::Add if left.as_str().is_some() && right.as_str().is_some() => {
            concatenate(left, right, meter)
        }
        Operator::Multiply if is_text_or_list(left) => repeat(left, right, meter),
        Operator::Multiply if is_text_or_list(right) => repeat(right, left, meter),
        Operator::In => contains(right, left, meter).map(Value::from),
        Operator::NotIn => contains(right, left, meter).map(|found| Value::from(!found)),
        Operator::Equal | Operator::Unequal => {
            let is_equal = pay_to_compare(left, right, meter).map(|()| left == right)?;
            Ok(Value::from(is_equal == (operator == Operator::Equal)))
        }
        Operator::Less => pay_to_compare(left, right, meter).map(|()| Value::from(left < right)),
        Operator::LessOrEqual => pay_to_compare(left, right, meter).map(|()| Value::from(left <= right)),
        Operator::Greater => pay_to_compare(left, right, meter).map(|()| Value::from(left > right)),
        Operator::GreaterOrEqual => pay_to_compare(left, right, meter).map(|()| Value::from(left >= right)),
        _ => {
            let is_number = |value: &Value| matches!(value.kind(), ValueKind::Number | ValueKind::Bool);
            if !is_number(left) || !is_number(right) {
                return Err(impossible(operator, left, right));
            }
            meter.work(ARITHMETIC)?;
            let (_, _, expression) = ARITHMETICS
                .iter()
                .find(|(of, ..)| *of == operator)
                .ok_or_else(|| Error::from(ErrorKind::InvalidOperation))?;
            expression.eval(context! { a => left, b => right })
        }
    }
}

fn impossible(operator: Operator, left: &Value, right: &Value) -> Error {
    let sign = ARITHMETICS.iter().find(|(of, ..)| *of == operator).map_or("", |(_, sign, _)| sign);
    let (left, right) = (left.kind(), right.kind());
    let message = format!("tried to use {sign} operator on unsupported types {left} and {right}");
    Error::new(ErrorKind::InvalidOperation, message)
}

/// `-value`.
pub(super) fn negate(value: &Value, meter: &mut Meter) -> Result<Value, Error> {
    if value.kind() != ValueKind::Number {
        return Err(Error::new(ErrorKind::InvalidOperation, format!("a {} has no negative", value.kind())));
    }
    meter.work(ARITHMETIC)?;
    match &*NEGATION {
        Ok(expression) => expression.eval(context! { a => value }),
        Err(_) => Err(Error::from(ErrorKind::InvalidOperation)),
    }
}

fn is_list(value: &Value) -> bool {
    matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable)
}

fn is_text_or_list(value: &Value) -> bool {
    value.as_str().is_some() || is_list(value)
}

fn concatenate(left: &Value, right: &Value, meter: &mut Meter) -> Result<Value, Error> {
    let size = display_size(left, meter)?.saturating_add(display_size(right, meter)?);
    // Twice: once as it grows, once as it is kept.
    meter.memory(size.saturating_mul(2))?;
    let mut text = String::with_capacity(size);
    for part in [left, right] {
        match part.as_str() {
            Some(part) => text.push_str(part),
            None => {
                // Writing to a `String` cannot fail.
                let _ = write!(text, "{part}");
            }
        }
    }
    Ok(Value::from(text))
}

fn join(left: &Value, right: &Value, meter: &mut Meter) -> Result<Value, Error> {
    let count = left.len().unwrap_or(0).saturating_add(right.len().unwrap_or(0));
    meter.memory(count.saturating_mul(SLOT))?;
    let mut items = Vec::with_capacity(count);
    items.extend(left.try_iter()?);
    items.extend(right.try_iter()?);
    Ok(Value::from(items))
}

fn repeat(value: &Value, times: &Value, meter: &mut Meter) -> Result<Value, Error> {
    let refused = |message| Err(Error::new(ErrorKind::InvalidOperation, message));
    let Some(times) = times.as_usize() else {
        return refused("text and lists can only be multiplied with whole numbers");
    };
    if let Some(text) = value.as_str() {
        meter.memory(text.len().saturating_mul(times).saturating_mul(2))?;
        return Ok(Value::from(text.repeat(times)));
    }
    let count = value.len().unwrap_or(0).saturating_mul(times);
    meter.memory(count.saturating_mul(SLOT))?;
    let items: Vec<Value> = value.try_iter()?.collect();
    let mut repeated = Vec::with_capacity(count);
    while repeated.len() < count {
        repeated.extend_from_slice(&items);
    }
    Ok(Value::from(repeated))
}

fn contains(container: &Value, value: &Value, meter: &mut Meter) -> Result<bool, Error> {
    if let Some(text) = container.as_str() {
        let size = display_size(value, meter)?;
        meter.work(text.len().saturating_add(size))?;
        if let Some(part) = value.as_str() {
            return Ok(text.contains(part));
        }
        meter.memory(size)?;
        return Ok(text.contains(&value.to_string()));
    }
    match container.kind() {
        ValueKind::Map => {
            weigh(value, meter)?;
            Ok(container.as_object().is_some_and(|map| map.get_value(value).is_some()))
        }
        ValueKind::Seq | ValueKind::Iterable => {
            for item in container.try_iter()? {
                pay_to_compare(&item, value, meter)?;
                if item == *value {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        _ => Err(Error::new(ErrorKind::InvalidOperation, "cannot perform a containment check on this value")),
    }
}

/// Comparing takes as long as the smaller of two texts, and as the whole of lists and maps.
fn pay_to_compare(left: &Value, right: &Value, meter: &mut Meter) -> Result<(), Error> {
    if let (Some(left), Some(right)) = (left.as_str(), right.as_str()) {
        return meter.work(16 + left.len().min(right.len()));
    }
    let is_compound = |value: &Value| is_list(value) || value.kind() == ValueKind::Map;
    if is_compound(left) && is_compound(right) {
        let size = weigh(left, meter)?.saturating_add(weigh(right, meter)?);
        return meter.work(size.saturating_mul(2));
    }
    meter.work(16)
}
