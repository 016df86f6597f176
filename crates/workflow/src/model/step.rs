//! Steps: what a workflow does.

use std::time::Duration;

use crate::expression::{Expression, TemplateTree};
use crate::ids::StepId;
use crate::model::Retry;

/// One step.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its id, the user's or one from its position (`step_1` for the first).
    pub id: StepId,
    /// What a reader calls it.
    pub name: Option<String>,
    /// It is skipped where this is false.
    pub condition: Option<Expression>,
    /// What is done about failures.
    pub retry: Retry,
    /// How long one attempt may take.
    pub timeout: Option<Duration>,
    /// Whether the execution goes on after it has failed for good.
    pub continue_on_error: bool,
    /// What is done where a crash cut an attempt short.
    pub on_interrupt: OnInterrupt,
    /// What it does.
    pub action: Action,
}

/// What a step does.
#[derive(Debug, Clone)]
pub enum Action {
    /// One of the built-in kinds.
    Uses {
        /// Which.
        kind: StepKind,
        /// What it is given.
        with: TemplateTree,
    },
}

/// What is done with a step that was under way as the process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnInterrupt {
    /// It runs again, with the same idempotency key.
    #[default]
    Retry,
    /// It fails, for a person to look at.
    Fail,
}

/// The built-in step kinds.
///
/// # Adding a kind
/// 1. A variant here, with its word and whether it is pure.
/// 2. What its `with` takes, in `parse/with/`.
/// 3. What it does, in a file of its own in the `steps` crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepKind {
    /// An HTTP request.
    Http,
    /// A request to Close's API.
    Close,
    /// Computes values.
    Set,
    /// Writes a line to the log.
    Log,
    /// Ends the execution as succeeded.
    Return,
    /// Ends the execution as failed.
    Fail,
}

impl StepKind {
    /// All of them, in the order the docs show.
    pub const ALL: [Self; 6] = [Self::Http, Self::Close, Self::Set, Self::Log, Self::Return, Self::Fail];

    /// The word after `uses:`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Close => "close",
            Self::Set => "set",
            Self::Log => "log",
            Self::Return => "return",
            Self::Fail => "fail",
        }
    }

    /// Whether it only computes over what is in scope, so that running it again gives the same and needs no commit
    /// of its own.
    #[must_use]
    pub const fn is_pure(self) -> bool {
        match self {
            Self::Http | Self::Close => false,
            Self::Set | Self::Log | Self::Return | Self::Fail => true,
        }
    }
}
