//! The functions that the language has.
//!
//! # Adding a function
//! A function here, registered below; its name in [`FUNCTIONS`](super::FUNCTIONS), or the check refuses it; a test
//! and a row in `docs/expressions.md`. It must give the same over the same scope, whenever it is asked, and pay for what it makes.

use minijinja::value::Kwargs;
use minijinja::{Environment, Error, ErrorKind, State, Value, functions};

use super::machine::{Meter, count, settle};
use crate::time::Timestamp;

/// The instant that the scope was told.
struct Now(Option<Timestamp>);

pub(super) fn register(engine: &mut Environment<'static>) {
    engine.add_function("now", now);
    engine.add_function("range", range);
    engine.add_function("dict", dict);
}

/// Lets `now()` give that instant in the evaluation that begins.
pub(super) fn tell_now(state: &mut State<'_, '_>, now: Option<Timestamp>) {
    state.get_or_insert_extension(Now(now));
}

/// The instant at which what holds the expression began; see [`Scope::set_now`](super::Scope::set_now).
fn now(state: &State) -> Result<String, Error> {
    state.get_extension::<Now>().and_then(|now| now.0).map(|now| now.to_string()).ok_or_else(|| {
        Error::new(
            ErrorKind::InvalidOperation,
            "there is no `now()` here: it exists in steps, in `vars` and in conditions such as `if`, `where` and `until`",
        )
    })
}

/// Whole numbers in a row, at most 100,000 of them.
fn range(state: &mut State, lower: isize, upper: Option<isize>, step: Option<isize>) -> Result<Value, Error> {
    let is_extreme = |number: &isize| number.unsigned_abs() > isize::MAX.unsigned_abs() / 4;
    if [Some(lower), upper, step].iter().flatten().any(is_extreme) {
        return Err(Error::new(ErrorKind::InvalidOperation, "range has too many elements"));
    }
    settle(functions::range(lower, upper, step)?, Meter::of(state))
}

/// A map of another map and of `name=value`.
fn dict(state: &mut State, map: Option<Value>, more: Kwargs) -> Result<Value, Error> {
    let meter = Meter::of(state);
    meter.memory(map.as_ref().map_or(0, count).saturating_mul(96))?;
    meter.work(map.as_ref().map_or(0, count).saturating_mul(64))?;
    functions::dict(map, more)
}
