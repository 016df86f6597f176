//! `text[from:to:step]` and the same of lists, as Python has it.

use minijinja::value::ValueKind;
use minijinja::{Error, ErrorKind, Value};

use super::Meter;

/// A part of a text or a list. Bounds that are null are the ends; negative ones count from the end.
pub(super) fn slice(value: &Value, bounds: [&Value; 3], meter: &mut Meter) -> Result<Value, Error> {
    let [from, to, step] = bounds.map(bound);
    let step = step?.unwrap_or(1);
    if step == 0 {
        return Err(refused("cannot slice by step size of 0"));
    }
    if value.is_none() || value.is_undefined() {
        return Ok(Value::from(Vec::<Value>::new()));
    }
    if let Some(text) = value.as_str() {
        meter.memory(text.len().saturating_mul(6))?;
        let letters: Vec<char> = text.chars().collect();
        let picked: String = picks(from?, to?, step, letters.len()).map(|index| letters[index]).collect();
        return Ok(Value::from(picked));
    }
    if !matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable) {
        return Err(refused(&format!("value of type {} cannot be sliced", value.kind())));
    }
    meter.memory(value.len().unwrap_or(0).saturating_mul(2 * size_of::<Value>()))?;
    let items: Vec<Value> = value.try_iter()?.collect();
    Ok(picks(from?, to?, step, items.len()).map(|index| items[index].clone()).collect())
}

fn refused(message: &str) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.to_owned())
}

fn bound(value: &Value) -> Result<Option<i64>, Error> {
    if value.is_none() { Ok(None) } else { i64::try_from(value.clone()).map(Some) }
}

/// The places that a slice of `length` items takes.
fn picks(from: Option<i64>, to: Option<i64>, step: i64, length: usize) -> impl Iterator<Item = usize> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    // Backwards, the end before the first item is a place of its own.
    let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let within = |place: i64| {
        let place = if place < 0 { place.saturating_add(length) } else { place };
        place.clamp(lowest, highest)
    };
    let (first, last) = if step > 0 { (lowest, highest) } else { (highest, lowest) };
    let (first, last) = (from.map_or(first, within), to.map_or(last, within));
    let mut next = Some(first);
    std::iter::from_fn(move || {
        let place = next.filter(|place| if step > 0 { *place < last } else { *place > last })?;
        next = place.checked_add(step);
        usize::try_from(place).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::picks;

    #[test]
    fn bounds_and_steps_are_those_of_python() {
        let picked = |start, stop, step| picks(start, stop, step, 5).collect::<Vec<_>>();
        assert_eq!(picked(None, None, 1), [0, 1, 2, 3, 4]);
        assert_eq!(picked(Some(-2), None, 1), [3, 4]);
        assert_eq!(picked(None, Some(-2), 1), [0, 1, 2]);
        assert_eq!(picked(None, None, -2), [4, 2, 0]);
        assert_eq!(picked(Some(3), Some(0), -1), [3, 2, 1]);
        assert_eq!(picked(Some(0), Some(3), -1), Vec::<usize>::new());
        assert_eq!(picked(Some(i64::MIN), Some(i64::MAX), i64::MAX), [0]);
        assert_eq!(picked(Some(i64::MAX), Some(i64::MIN), i64::MIN), [4]);
    }
}
