//! Expressions: what stands between `${{` and `}}`, or bare after `if:` and `where:`.
//!
//! The grammar is MiniJinja's; the module `filters` adds what webhooks need, and how to add one more is told there. An expression is compiled once, as its workflow
//! is parsed, and evaluated over a [`Scope`] in one pass: what it gives is never rendered again.
//!
//! Testing an undefined value for truth gives false; printing it or computing with it is an error that names the
//! path. There is no clock and no chance in here: `now()` gives the instant that the scope was told, and over the same scope
//! an expression always gives the same value, which is what lets a pure step run again after a crash.

mod compile;
mod convert;
mod engine;
mod error;
mod event_object;
mod filters;
mod functions;
mod habits;
mod is;
mod machine;
mod names;
mod references;
mod scope;
mod template;
mod token;
mod tree;
mod url;

pub use self::compile::{CompileError, Expression};
pub use self::error::ExpressionError;
pub use self::names::{FILTERS, FUNCTIONS, TESTS};
pub(crate) use self::references::{Reference, Segment, references};
pub use self::scope::Scope;
pub(crate) use self::template::{Piece, pieces};
pub use self::template::{Template, TemplateError};
pub use self::tree::TemplateTree;
pub use self::url::{UrlKind, UrlTemplate};

/// The longest expression, in bytes.
pub(crate) const MAX_EXPRESSION_BYTES: usize = 16 * 1024;

/// The most that one rendering may give, in bytes of text and a little for each value. Very many very small values are
/// too much before that: what they take in memory, beside their text, is bound to 16 MiB.
pub const MAX_OUTPUT_BYTES: usize = 1024 * 1024;
