//! What an execution leaves behind as it runs: one record a step, each with its own small state machine.
//!
//! The journal is the truth that an interrupted execution resumes from, and what the history shows.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::ids::StepId;
use crate::time::Timestamp;

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StepStatus {
    /// Not begun.
    Pending,
    /// An attempt is under way, or was when the process ended.
    Running,
    /// Between two attempts, or until something outside happens.
    Waiting,
    /// Done, with an output.
    Succeeded,
    /// Given up after its last attempt.
    Failed,
    /// Its `if` was false.
    Skipped,
    /// The execution ended before it did.
    Cancelled,
}

impl StepStatus {
    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing more happens to such a step.
    #[must_use]
    pub const fn is_final(self) -> bool {
        match self {
            Self::Succeeded | Self::Failed | Self::Skipped | Self::Cancelled => true,
            Self::Pending | Self::Running | Self::Waiting => false,
        }
    }
}

/// Why a step failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StepError {
    /// A stable word to test for: `timeout`, `http_status`, `connection`, `expression`, `invalid_input`,
    /// `credential`, `fail`, `output_too_large`, `interrupted`, `loop_exhausted`, `workflow_failed`, `cancelled`; of an
    /// execution also `workflow` (its version cannot be run) and `internal` (a defect of Bellhop).
    #[schema(example = "http_status")]
    pub kind: String,
    /// What went wrong, in a sentence, without secrets.
    #[schema(example = "the server answered 404")]
    pub message: String,
    /// The HTTP status, where there was an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 404)]
    pub status: Option<u16>,
}

/// How loud a log line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// For the author while building.
    Debug,
    /// The ordinary level.
    Info,
    /// Worth a look.
    Warn,
    /// Something is wrong.
    Error,
}

/// One line of a step's log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LogLine {
    /// When it was written.
    pub at: Timestamp,
    /// How loud it is.
    pub level: LogLevel,
    /// What it says.
    #[schema(example = "hello")]
    pub message: String,
}

/// The state of one step of one execution. A later record of the same `path` replaces the earlier one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// The step's id.
    pub id: StepId,
    /// Where it stands in the workflow: ids from the outside in, joined by `/`, with the names of branches, the numbers
    /// of iterations and arms (from 0), and `try`, `catch`, `finally` between them: `enrich/crm/lookup`,
    /// `each/0/call`, `route/1/x`, `guarded/catch/x`. Those of `on_failure` begin with `on_failure/`. What the second
    /// attempt of a block does is under `enrich#2/…`.
    pub path: String,
    /// The step kind, or the word of the block.
    pub uses: String,
    /// Where it stands.
    pub status: StepStatus,
    /// How many attempts have begun.
    pub attempts: u32,
    /// What the step was given, after its expressions were rendered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Value>,
    /// What it gave. What the workflow masks is not in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// What it gave in full, where something in `output` is masked: sealed with the master key, in base64. For the
    /// engine alone; it is never shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<String>,
    /// Why it failed, or why its last attempt did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<StepError>,
    /// Of a block, the path of the step inside it that ended it early: the one that failed, or the `return`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<String>,
    /// What it logged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logs: Vec<LogLine>,
    /// When its first attempt began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When its present attempt began, where that is not the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt_started_at: Option<Timestamp>,
    /// When one that waits goes on by itself; none where only something outside makes it go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wakes_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
}

impl StepRecord {
    /// The record of a step that has not begun.
    #[must_use]
    pub fn new(id: StepId, path: impl Into<String>, uses: impl Into<String>) -> Self {
        Self {
            id,
            path: path.into(),
            uses: uses.into(),
            status: StepStatus::Pending,
            attempts: 0,
            input: None,
            output: None,
            sealed: None,
            error: None,
            ended_by: None,
            logs: Vec::new(),
            started_at: None,
            attempt_started_at: None,
            wakes_at: None,
            finished_at: None,
        }
    }
}

impl StepRecord {
    /// What the child is known by that a `workflow` step starts: each attempt starts another.
    #[must_use]
    pub fn child_path(&self) -> String {
        match self.attempts {
            0 | 1 => self.path.clone(),
            again => format!("{}#{again}", self.path),
        }
    }
}

/// The last records of those `steps` that have not ended, as the execution ends before them.
#[must_use]
pub fn cut_short(steps: &[StepRecord], error: &StepError, now: Timestamp) -> Vec<StepRecord> {
    let unfinished = steps.iter().filter(|step| !step.status.is_final());
    unfinished
        .map(|step| StepRecord {
            status: StepStatus::Cancelled,
            finished_at: Some(now),
            wakes_at: None,
            error: Some(error.clone()),
            ..step.clone()
        })
        .collect()
}

/// The children that `steps` wait for, as [`StepRecord::child_path`] has them. Whether one is there, and has not ended,
/// is for the caller to see.
#[must_use]
pub fn awaited_children(steps: &[StepRecord]) -> Vec<String> {
    let waits = |step: &&StepRecord| {
        let lets_go = step.input.as_ref().and_then(|input| input.get("wait")) == Some(&Value::Bool(false));
        step.uses == "workflow" && !step.status.is_final() && !lets_go
    };
    steps.iter().filter(waits).map(StepRecord::child_path).collect()
}

/// Folds journal entries, oldest first, into the present state of each step, in the order the steps began.
#[must_use]
pub fn fold(entries: impl IntoIterator<Item = StepRecord>) -> Vec<StepRecord> {
    let mut steps: Vec<StepRecord> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for entry in entries {
        match places.entry(entry.path.clone()) {
            Entry::Occupied(place) => steps[*place.get()] = entry,
            Entry::Vacant(place) => {
                place.insert(steps.len());
                steps.push(entry);
            }
        }
    }
    steps
}
