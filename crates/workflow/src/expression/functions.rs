//! The functions that the language has beside MiniJinja's.
//!
//! # Adding a function
//! A function here, registered below; its name in [`FUNCTIONS`](super::FUNCTIONS), or the check refuses it; a test
//! and a line in the docs. It must give the same over the same scope, whenever it is asked.

use minijinja::{Environment, Error, ErrorKind, State, Value};

use super::scope::NOW;

pub(super) fn register(engine: &mut Environment<'static>) {
    engine.add_function("now", now);
}

/// The instant at which what holds the expression began; see [`Scope::set_now`](super::Scope::set_now).
fn now(state: &State) -> Result<Value, Error> {
    state.lookup(NOW).ok_or_else(|| {
        Error::new(
            ErrorKind::InvalidOperation,
            "there is no `now()` here: it exists in steps, in `vars` and in conditions such as `if`, `where` and `until`",
        )
    })
}
