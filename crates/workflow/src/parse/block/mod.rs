//! Control blocks: steps that hold steps.
//!
//! # Adding a block
//! 1. A variant of [`Action`] with what it needs.
//! 2. A file here that reads it, and its line in [`KINDS`].
//! 3. What expressions may name in its steps, and of them after it, in `outline`.

mod for_each;
mod r#loop;
mod parallel;
mod switch;
mod r#try;

use super::context::Context;
use super::fields::Fields;
use super::names::Names;
use crate::diagnostic::Code;
use crate::model::Action;

/// Notes that a block lacks the steps that stand beside its word.
fn without_steps(context: &mut Context<'_>, fields: &Fields<'_>, word: &str) {
    let at = fields.at();
    context
        .error(Code::MissingKey, at.span(), &at.path, format!("a step with `{word}` needs `steps`"))
        .help(format!("add `steps:` beside `{word}:`, with what is done each time"));
}

/// A kind of block.
pub(super) struct Kind {
    /// The key that makes a step such a block.
    pub(super) word: &'static str,
    /// That key and those that go with it.
    pub(super) keys: &'static [&'static str],
    /// Reads it, from the step's fields.
    pub(super) read: fn(&mut Context<'_>, &mut Fields<'_>, &Names<'_>) -> Option<Action>,
}

/// All of them.
pub(super) const KINDS: [Kind; 5] = [
    Kind { word: "parallel", keys: &["parallel"], read: parallel::read },
    Kind { word: "for_each", keys: &["for_each", "as", "concurrency", "steps"], read: for_each::read },
    Kind { word: "switch", keys: &["switch"], read: switch::read },
    Kind { word: "try", keys: &["try", "catch", "finally"], read: r#try::read },
    Kind { word: "loop", keys: &["loop", "steps"], read: r#loop::read },
];
