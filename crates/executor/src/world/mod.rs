//! What the interpreter asks of the world outside the journal: to carry out single steps, and whether what they wait for
//! has happened.
//!
//! There are two: the [`StoreWorld`] of a node, and the stage of a rehearsal.

mod child;
mod respond;
mod state;
mod store;
mod wait_for;

use std::time::Duration;

use bellhop_steps::{Outcome, StepFailure, default_timeout};
use bellhop_workflow::expression::Scope;
use bellhop_workflow::journal::{StepError, StepRecord};
use bellhop_workflow::model::{Step, StepKind};
use bellhop_workflow::time::Timestamp;
use futures::future::BoxFuture;
use serde_json::Value;

pub(crate) use self::store::{StoreWorld, read};
use crate::journal::{Journal, LetGo};

/// One attempt of a single step.
pub(crate) struct Attempt<'a> {
    pub(crate) step: &'a Step,
    pub(crate) kind: StepKind,
    /// What it was given, after its expressions were rendered.
    pub(crate) input: &'a Value,
    /// What its expressions saw.
    pub(crate) scope: &'a Scope,
    /// The same for all attempts of this step of this execution.
    pub(crate) key: &'a str,
    pub(crate) now: Timestamp,
    /// Whether the time is up that the step may wait for something outside.
    pub(crate) is_late: bool,
    /// Its record as the attempt begins. Log lines are added to it.
    pub(crate) record: &'a mut StepRecord,
    pub(crate) journal: &'a Journal,
}

impl Attempt<'_> {
    /// How long it may take; none where nothing ends it.
    pub(crate) fn timeout(&self) -> Option<Duration> {
        self.step.timeout.or_else(|| default_timeout(self.kind))
    }
}

/// What came of an attempt.
pub(crate) enum Progress {
    /// It has ended.
    Ended(Result<Outcome, StepFailure>),
    /// It has ended well, and its last record is in the journal and durable already.
    Written,
    /// Something outside must happen first. The attempt is asked for again when it may have.
    Waits,
    /// The other side wants no more requests before that instant: the attempt was for nothing, in these words.
    Held(Timestamp, StepFailure),
    /// It ends at this instant. The attempt is asked for again then, or before.
    Until(Timestamp),
}

/// Whatever carries out steps.
pub(crate) trait World: Send + Sync {
    /// Makes an attempt, or goes on with one that waits.
    fn attempt<'a>(&'a self, attempt: Attempt<'a>) -> BoxFuture<'a, Result<Progress, LetGo>>;

    /// Whether steps of that kind may be held off, which is all that they wait for.
    fn may_be_held(&self, _: StepKind) -> bool {
        false
    }

    /// Until when a step must not begin an attempt with that input, as the other side wants no more requests before.
    fn held_until(&self, _: StepKind, _: &Value) -> Option<Timestamp> {
        None
    }

    /// Whether a `sleep` is to be asked for like any other step, instead of letting the time pass.
    fn is_mocked(&self, _: &Step) -> bool {
        false
    }

    /// The URL that resumes the `wait_for` step at `path`.
    fn resume_url(&self, path: &str) -> String;
}

/// A failed attempt.
pub(crate) fn failure(kind: &str, message: impl Into<String>, retryable: bool) -> StepFailure {
    StepFailure { error: error(kind, message), retryable, retry_after: None }
}

/// Why something failed.
pub(crate) fn error(kind: &str, message: impl Into<String>) -> StepError {
    StepError { kind: kind.to_owned(), message: message.into(), status: None }
}
