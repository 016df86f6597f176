//! What a program works on.

use minijinja::{Error, ErrorKind, Value};

use super::{Failure, Place};

/// A value on the stack.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) value: Value,
    pub(super) absence: Absence,
}

/// What is known of a value that is undefined.
#[derive(Debug, Clone)]
pub(super) enum Absence {
    /// No more than that it is, or it is defined.
    Unknown,
    /// It would be at this path.
    Path(Place),
    /// It stands for nothing, and may be printed.
    Nothing,
}

impl Absence {
    /// The path that is missing, where it is known.
    pub(super) fn path(self) -> Option<Place> {
        if let Self::Path(place) = self { Some(place) } else { None }
    }
}

/// The values that are computed and not used yet.
#[derive(Debug, Default)]
pub(super) struct Stack(Vec<Slot>);

impl Stack {
    pub(super) fn push_slot(&mut self, slot: Slot) {
        self.0.push(slot);
    }

    pub(super) fn push(&mut self, value: Value) {
        self.0.push(Slot { value, absence: Absence::Unknown });
    }

    pub(super) fn push_absent(&mut self, absence: Absence) {
        self.0.push(Slot { value: Value::UNDEFINED, absence });
    }

    pub(super) fn pop(&mut self) -> Result<Slot, Failure> {
        self.0.pop().ok_or_else(empty)
    }

    pub(super) fn pop_array<const COUNT: usize>(&mut self) -> Result<[Slot; COUNT], Failure> {
        let mut slots = Vec::with_capacity(COUNT);
        for _ in 0..COUNT {
            slots.push(self.pop()?);
        }
        slots.reverse();
        slots.try_into().map_err(|_| empty())
    }

    pub(super) fn pop_defined(&mut self) -> Result<Value, Failure> {
        let Slot { value, absence } = self.pop()?;
        if value.is_undefined() { Err(Failure::Undefined(absence.path())) } else { Ok(value) }
    }

    /// The `count` slots on top, the lowest first.
    pub(super) fn take(&mut self, count: usize) -> Result<Vec<Slot>, Failure> {
        let begin = self.0.len().checked_sub(count).ok_or_else(empty)?;
        Ok(self.0.drain(begin..).collect())
    }

    pub(super) fn is_top_true(&self) -> bool {
        self.0.last().is_some_and(|slot| slot.value.is_true())
    }
}

/// The compiler made a program that takes more than it makes.
fn empty() -> Failure {
    Error::new(ErrorKind::InvalidOperation, "the expression is out of values").into()
}
