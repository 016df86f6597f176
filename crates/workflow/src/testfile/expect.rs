//! What is expected of a case.

use std::time::Duration;

use indexmap::IndexMap;

use super::Matcher;
use crate::ids::StepId;

/// What is expected of a case. What is left out is not looked at.
#[derive(Debug, Clone, Default)]
pub struct Expectation {
    /// How it ends.
    pub status: Option<CaseStatus>,
    /// The execution's output.
    pub output: Option<Matcher>,
    /// The execution's error: a map with `step`, `kind` and `message`.
    pub error: Option<Matcher>,
    /// What its steps did.
    pub steps: IndexMap<StepId, StepExpectation>,
    /// How long it took, by the clock that sleeps and back-off move.
    pub took: Option<Took>,
}

/// How a case ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseStatus {
    /// The execution succeeded.
    Succeeded,
    /// The execution failed.
    Failed,
    /// No trigger takes the event, or its `where` lets it start nothing.
    Filtered,
    /// The inputs are not what the `manual` trigger asks for.
    Refused,
}

impl CaseStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Succeeded, Self::Failed, Self::Filtered, Self::Refused];

    /// The word in the file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Filtered => "filtered",
            Self::Refused => "refused",
        }
    }
}

/// What is expected of a step. Where it ran several times, in a loop, the fields other than `times` and `runs` are
/// about the last run.
#[derive(Debug, Clone, Default)]
pub struct StepExpectation {
    /// Whether it ran at all: it was reached, and its `if` held.
    pub ran: Option<bool>,
    /// Its status, as the history has it: `succeeded`, `failed`, `skipped`.
    pub status: Option<Matcher>,
    /// How many attempts it took.
    pub attempts: Option<Matcher>,
    /// What it was given, after its expressions were rendered.
    pub with: Option<Matcher>,
    /// What it gave.
    pub output: Option<Matcher>,
    /// Why it failed: a map with `kind`, `message` and, after an HTTP answer, `status`.
    pub error: Option<Matcher>,
    /// What it logged: a list of texts.
    pub logs: Option<Matcher>,
    /// How often it ran.
    pub times: Option<Matcher>,
    /// Each of its runs, in the order in which they began; as many as there were.
    pub runs: Option<Vec<StepExpectation>>,
}

/// How long a case takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Took {
    /// So long.
    Exactly(Duration),
    /// Between the two, both included.
    Within {
        /// At least.
        at_least: Option<Duration>,
        /// At most.
        at_most: Option<Duration>,
    },
}
