//! Where an execution stands.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::activation::UnknownState;
use crate::journal::{StepRecord, StepStatus};

/// Where an execution stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExecutionStatus {
    /// Durable, not yet claimed.
    Queued,
    /// Claimed by a node.
    Running,
    /// Until an instant, or until something outside happens.
    Waiting,
    /// Ended well.
    Succeeded,
    /// Ended with an error.
    Failed,
    /// Ended by somebody's wish.
    Cancelled,
}

impl ExecutionStatus {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Running, Self::Waiting, Self::Succeeded, Self::Failed, Self::Cancelled];

    /// Whether nothing more happens to such an execution.
    #[must_use]
    pub const fn is_final(self) -> bool {
        match self {
            Self::Succeeded | Self::Failed | Self::Cancelled => true,
            Self::Queued | Self::Running | Self::Waiting => false,
        }
    }

    /// The word in REST, CLI and database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for ExecutionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ExecutionStatus {
    type Err = UnknownState;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == word)
            .ok_or_else(|| UnknownState(word.to_owned()))
    }
}

/// Why an execution failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ExecutionError {
    /// The path of the step that failed; none where the execution as a whole did (its timeout).
    #[schema(example = "call")]
    pub step: Option<String>,
    /// A stable word, see [`crate::journal::StepError::kind`].
    #[schema(example = "http_status")]
    pub kind: String,
    /// What went wrong, in a sentence, without secrets.
    #[schema(example = "the server answered 404")]
    pub message: String,
}

/// What an execution that has succeeded gives to whoever waits for it: its output, or else that of the last step of its
/// own list that succeeded, null where there is none.
#[must_use]
pub fn effective_output(output: Option<&Value>, steps: &[StepRecord]) -> Value {
    let last = || {
        let own = |step: &&StepRecord| step.status == StepStatus::Succeeded && !step.path.contains('/');
        steps.iter().rfind(own).and_then(|step| step.output.as_ref())
    };
    output.or_else(last).cloned().unwrap_or(Value::Null)
}
