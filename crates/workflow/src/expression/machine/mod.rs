//! Runs expressions, and holds each to its budget of memory and work.
//!
//! MiniJinja parses and brings the filters, the tests and the arithmetic. It runs what it parsed with a limit on
//! instructions only, and one instruction can make a hundred megabytes (`'x' * 100000000`). So it is run here: an
//! expression becomes a list of [`Operation`]s, every value that one of them makes is paid for before it is made
//! (see [`Meter`]), and nothing is lazy, so that what was paid for once is not made again.
//!
//! - `assemble`: from the parser's tree to operations
//! - `run`: the operations over a scope
//! - `operators`: what `~`, `+`, `in` and the others do, and cost
//! - `meter`: the budget; `measure`: how large a value is

mod assemble;
mod measure;
mod meter;
mod operators;
mod run;
mod slice;
mod stack;

use std::ops::Range;
use std::sync::Arc;

use minijinja::{Error, Value};

pub(super) use self::assemble::assemble;
pub(super) use self::measure::{count, display_size, settle, weigh};
pub(super) use self::meter::{MAX_MEMORY, Meter};
pub(super) use self::run::{Outcome, run};

/// A compiled expression.
#[derive(Debug)]
pub(super) struct Program {
    operations: Vec<Operation>,
    /// Whether there is a function in it, which may ask for the time.
    calls_functions: bool,
    /// The filter that the whole of it goes through in the end.
    pub(super) last_filter: Option<Arc<str>>,
}

/// Where something stands in the expression, in bytes.
type Place = Range<usize>;

/// One step of a program. They work on a stack; what they take from it was pushed in the order it is written.
#[derive(Debug)]
enum Operation {
    Push(Value),
    /// What an `if` without an `else` gives: undefined, and nothing where it is printed.
    PushNothing,
    Load(Arc<str>, Place),
    Attribute(Arc<str>, Place),
    Item(Place),
    Slice,
    List(usize),
    /// Keys and values, by turns.
    Map(usize),
    /// The same, as the last argument of a call.
    Keywords(usize),
    Negate,
    Not,
    Binary(Operator),
    /// One of several in a row (`a < b < c`): leaves the right side below the answer.
    Compare(Operator),
    Swap,
    Discard,
    Jump(usize),
    JumpIfFalse(usize),
    JumpIfFalseOrDiscard(usize),
    JumpIfTrueOrDiscard(usize),
    Filter(Arc<str>, usize),
    Test(Arc<str>, usize),
    Function(Arc<str>, usize),
    /// A method, or a call of something that is no name: there are none.
    Refuse(String),
}

/// An operator between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    DivideWhole,
    Remainder,
    Power,
    Concatenate,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}

/// Why a program gives no value.
#[derive(Debug)]
pub(super) enum Failure {
    /// It uses what is not there; the place is that of the path, where it is known.
    Undefined(Option<Place>),
    /// Anything else.
    Engine(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}
