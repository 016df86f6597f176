//! What filters cost.

use minijinja::functions::Function;
use minijinja::value::{FunctionArgs, FunctionResult, Rest, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, State, Value};

use crate::expression::machine::{Meter, count, display_size, settle, weigh};

/// What a filter costs, before it is called.
#[derive(Debug, Clone, Copy)]
pub(super) enum Price {
    /// It makes nothing, and looks at each of its arguments once at most.
    Look,
    /// It makes text: at most so many bytes, all its copies counted, of each byte that it is given.
    Text(usize),
    /// It makes a list: at most so many bytes for each item that it is given.
    Items(usize),
    /// It does something with each item.
    Each,
    /// It compares items with each other.
    Sorting,
    /// It makes a number of its text.
    Digest,
    /// It pays by itself.
    Own,
}

/// Adds a filter under its names.
pub(super) fn add<F, Rv, Args>(
    engine: &mut Environment<'static>,
    names: &[&'static str],
    price: Price,
    filter: F,
) where
    F: Function<Rv, Args>,
    Rv: FunctionResult,
    Args: for<'a> FunctionArgs<'a>,
{
    let filter = Value::from_function(filter);
    for name in names {
        let filter = filter.clone();
        engine.add_filter(*name, move |state: &mut State, arguments: Rest<ValueOrKwargs>| {
            let arguments = arguments.into_values();
            pay(price, &arguments, Meter::of(state))?;
            let value = filter.call(state, &arguments)?;
            settle(value, Meter::of(state))
        });
    }
}

fn pay(price: Price, arguments: &[Value], meter: &mut Meter) -> Result<(), Error> {
    meter.work(128)?;
    let Some((value, others)) = arguments.split_first() else { return Ok(()) };
    // What is beside the value may be long text, too: a path to follow, a default, a key.
    let mut beside = 64_usize;
    for other in others {
        beside = beside.saturating_add(text_beside(other)?);
    }
    meter.work(beside)?;
    match price {
        Price::Look => meter.work(count(value)),
        Price::Text(factor) => {
            let size = display_size(value, meter)?;
            meter.memory(size.saturating_mul(factor))?;
            // Letters beyond ASCII are looked up one by one.
            let is_plain = value.as_str().is_none_or(str::is_ascii);
            meter.work(size.saturating_mul(if is_plain { 2 } else { 10 }))
        }
        Price::Items(bytes) => {
            let items = count(value);
            meter.memory(items.saturating_mul(bytes))?;
            meter.work(items.saturating_mul(16))
        }
        Price::Each => {
            let items = count(value);
            meter.memory(items.saturating_mul(2 * size_of::<Value>()))?;
            meter.work(items.saturating_mul(beside))
        }
        Price::Sorting => {
            let items = count(value);
            meter.memory(items.saturating_mul(160))?;
            let rounds = usize::try_from(items.max(2).ilog2()).unwrap_or(64) + 1;
            let size = weigh(value, meter)?.saturating_add(items.saturating_mul(beside));
            // Letters are turned into small ones at each comparison, or before.
            meter.memory(if value.kind() == ValueKind::String { 0 } else { size })?;
            meter.work(size.saturating_mul(rounds))
        }
        Price::Digest => meter.work(count(value).saturating_mul(8)),
        Price::Own => Ok(()),
    }
}

/// The bytes of text in an argument, also in one that has a name.
fn text_beside(argument: &Value) -> Result<usize, Error> {
    if !argument.is_kwargs() {
        return Ok(argument.as_str().map_or(0, str::len));
    }
    let mut size = 0_usize;
    for name in argument.try_iter()? {
        let value = argument.get_item(&name)?;
        size = size.saturating_add(value.as_str().map_or(0, str::len));
    }
    Ok(size)
}
