//! The budget of one evaluation.

use minijinja::{Error, ErrorKind, State};

/// The most memory that one evaluation may ask for, in bytes, what it gives back meanwhile included.
pub(in crate::expression) const MAX_MEMORY: usize = 16 * 1024 * 1024;

/// The most work that one evaluation may do. One unit is about the time that a byte of text takes.
const MAX_WORK: usize = 32 * 1024 * 1024;

/// What an error of kind `OutOfFuel` says where it is memory that ran out.
const MEMORY: &str = "memory";

/// What is left of an evaluation's budget.
///
/// Everything is paid for before it is made, by what it can cost at most. Nothing is paid back: the sum of all that
/// was made bounds what is there at once, and the time that making it takes.
#[derive(Debug)]
pub(in crate::expression) struct Meter {
    memory: usize,
    work: usize,
}

impl Meter {
    pub(in crate::expression) const fn full() -> Self {
        Self { memory: MAX_MEMORY, work: MAX_WORK }
    }

    /// The meter of the evaluation that is under way.
    pub(in crate::expression) fn of<'s>(state: &'s mut State<'_, '_>) -> &'s mut Self {
        state.get_or_insert_extension_with(Self::full)
    }

    /// Pays for memory, in bytes.
    pub(in crate::expression) fn memory(&mut self, bytes: usize) -> Result<(), Error> {
        self.memory = self.memory.checked_sub(bytes).ok_or_else(Self::out_of_memory)?;
        Ok(())
    }

    /// Pays for work.
    pub(in crate::expression) fn work(&mut self, units: usize) -> Result<(), Error> {
        self.work = self.work.checked_sub(units).ok_or_else(|| Error::from(ErrorKind::OutOfFuel))?;
        Ok(())
    }

    /// How much memory may still be asked for, in bytes.
    pub(in crate::expression) const fn memory_left(&self) -> usize {
        self.memory
    }

    pub(in crate::expression) fn out_of_memory() -> Error {
        Error::new(ErrorKind::OutOfFuel, MEMORY)
    }

    /// Whether that error says that an evaluation ran out of memory, rather than of work.
    pub(in crate::expression) fn is_out_of_memory(error: &Error) -> bool {
        error.kind() == ErrorKind::OutOfFuel && error.detail() == Some(MEMORY)
    }
}
