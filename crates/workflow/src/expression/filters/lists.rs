//! MiniJinja's filters on lists that could make more of one than it holds.

use minijinja::value::{Kwargs, Rest, ValueKind};
use minijinja::{Error, State, Value, filters};

use super::failed;
use crate::expression::machine::{Meter, count};

/// The most parts, and the most items in a part that is filled up.
const MAX: usize = 1_000;

/// What a list takes beside its items, in bytes.
const LIST: usize = 64;

pub(super) fn batch(
    state: &mut State,
    value: Value,
    size: usize,
    fill_with: Option<Value>,
) -> Result<Value, Error> {
    let items = count(&value);
    if fill_with.is_some() {
        check(size)?;
    }
    // Each part is made with room for `size` items, 1024 at most.
    let room = size.min(1024).saturating_mul(size_of::<Value>()) + LIST;
    let parts = items / size.max(1) + 1;
    Meter::of(state).memory(items.saturating_mul(24).saturating_add(parts.saturating_mul(room)))?;
    Meter::of(state).work(items.saturating_mul(16))?;
    filters::batch(state, value, size, fill_with)
}

pub(super) fn slice(
    state: &mut State,
    value: Value,
    parts: usize,
    fill_with: Option<Value>,
) -> Result<Value, Error> {
    check(parts)?;
    let items = count(&value);
    Meter::of(state).memory(items.saturating_mul(72).saturating_add(parts * (LIST + 48)))?;
    Meter::of(state).work(items.saturating_mul(16))?;
    filters::slice(state, value, parts, fill_with)
}

/// One list after another, or the entries of one map over those of another.
pub(super) fn chain(state: &mut State, value: Value, others: Rest<Value>) -> Result<Value, Error> {
    let all: Vec<Value> = std::iter::once(value).chain(others.0).collect();
    let items = all.iter().map(count).fold(0_usize, usize::saturating_add);
    let is_map = all.iter().all(|value| value.kind() == ValueKind::Map);
    let meter = Meter::of(state);
    meter.memory(items.saturating_mul(if is_map { 160 } else { 48 }))?;
    meter.work(items.saturating_mul(32))?;
    if is_map {
        let mut pairs = Vec::with_capacity(items);
        for map in &all {
            for key in map.try_iter()? {
                let value = map.get_item(&key)?;
                pairs.push((key, value));
            }
        }
        return Ok(Value::from_pairs(pairs));
    }
    let mut chained = Vec::with_capacity(items);
    for list in &all {
        chained.extend(list.try_iter()?);
    }
    Ok(Value::from(chained))
}

pub(super) fn zip(state: &mut State, value: Value, others: Rest<Value>) -> Result<Value, Error> {
    let lists = others.len() + 1;
    let shortest = others.iter().chain([&value]).map(count).min().unwrap_or(0);
    let meter = Meter::of(state);
    meter.memory(shortest.saturating_mul(LIST + lists * size_of::<Value>()))?;
    meter.work(shortest.saturating_mul(lists).saturating_mul(32))?;
    filters::zip(state, value, others)
}

/// Adds numbers. Text is what `join` is for: adding it piece by piece would copy it again and again.
#[expect(clippy::needless_pass_by_value, reason = "the shape that MiniJinja calls")]
pub(super) fn sum(
    state: &mut State,
    values: Value,
    attribute: Option<&str>,
    start: Option<Value>,
    options: Kwargs,
) -> Result<Value, Error> {
    let attribute = attribute.or(options.get("attribute")?);
    let start = match start {
        Some(start) => start,
        None => options.get::<Option<Value>>("start")?.unwrap_or(Value::from(0)),
    };
    if start.kind() != ValueKind::Number {
        return Err(failed("`sum` adds numbers; text and lists are put together with `join` and `chain`"));
    }
    options.assert_all_used()?;
    let items = count(&values);
    Meter::of(state).work(items.saturating_mul(64 + attribute.map_or(0, str::len)))?;
    filters::sum(state, values, attribute, Some(start), std::iter::empty::<(String, Value)>().collect())
}

fn check(number: usize) -> Result<(), Error> {
    if number > MAX { Err(failed(format!("{number} is more than {MAX}"))) } else { Ok(()) }
}
