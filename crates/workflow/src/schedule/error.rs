//! What is wrong with a crontab expression.

use std::ops::Range;

/// A crontab expression that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CronError {
    /// What is wrong, naming the field.
    pub message: String,
    /// How to mend it.
    pub help: String,
    /// The bytes of the expression that it is about.
    pub range: Range<usize>,
}

impl CronError {
    pub(super) fn new(range: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into(), range }
    }
}
