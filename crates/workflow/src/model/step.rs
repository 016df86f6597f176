//! Steps: what a workflow does.

use std::time::Duration;

use crate::expression::Expression;
use crate::expression::TemplateTree;
use crate::ids::StepId;
use crate::model::{ForEach, Loop, Parallel, Retry, Switch, Try};

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
    /// What is done where a crash cut an attempt short. Of a single step: in a block, each step has its own.
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
    /// Branches that run at the same time.
    Parallel(Parallel),
    /// The same steps for each item of a list.
    ForEach(ForEach),
    /// The first arm whose condition holds.
    Switch(Switch),
    /// Steps with others for the case that they fail, and others for every case.
    Try(Try),
    /// Steps again and again until a condition holds.
    Loop(Loop),
}

impl Action {
    /// The word in the history: the step kind, or the word of the block.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Uses { kind, .. } => kind.as_str(),
            Self::Parallel(_) => "parallel",
            Self::ForEach(_) => "for_each",
            Self::Switch(_) => "switch",
            Self::Try(_) => "try",
            Self::Loop(_) => "loop",
        }
    }

    /// The lists of steps inside it, in the order of the file; none for a single step.
    #[must_use]
    pub fn blocks(&self) -> Vec<&[Step]> {
        match self {
            Self::Uses { .. } => Vec::new(),
            Self::Parallel(parallel) => {
                parallel.branches.iter().map(|branch| branch.steps.as_slice()).collect()
            }
            Self::ForEach(each) => vec![&each.steps],
            Self::Switch(switch) => switch.arms.iter().map(|arm| arm.steps.as_slice()).collect(),
            Self::Try(guarded) => {
                vec![&guarded.steps, guarded.catch.as_deref().unwrap_or_default(), &guarded.finally]
            }
            Self::Loop(again) => vec![&again.steps],
        }
    }
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
    /// JavaScript in a sandbox.
    Script,
    /// Computes values.
    Set,
    /// Writes a line to the log.
    Log,
    /// Waits for a time, or until one.
    Sleep,
    /// Waits until its resume URL is called.
    WaitFor,
    /// Runs another workflow.
    Workflow,
    /// Reads and changes durable keys of the workflow.
    State,
    /// Answers the request of a waiting webhook.
    Respond,
    /// Ends the execution as succeeded.
    Return,
    /// Ends the execution as failed.
    Fail,
    /// Sends mail.
    Email,
    /// One statement on a database.
    Sql,
    /// A command on the server, where the operator has switched that on.
    Exec,
}

impl StepKind {
    /// All of them, in the order the docs show.
    pub const ALL: [Self; 15] = [
        Self::Http,
        Self::Close,
        Self::Script,
        Self::Set,
        Self::Log,
        Self::Sleep,
        Self::WaitFor,
        Self::Workflow,
        Self::State,
        Self::Respond,
        Self::Return,
        Self::Fail,
        Self::Email,
        Self::Sql,
        Self::Exec,
    ];

    /// The word after `uses:`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Close => "close",
            Self::Script => "script",
            Self::Set => "set",
            Self::Log => "log",
            Self::Sleep => "sleep",
            Self::WaitFor => "wait_for",
            Self::Workflow => "workflow",
            Self::State => "state",
            Self::Respond => "respond",
            Self::Return => "return",
            Self::Fail => "fail",
            Self::Email => "email",
            Self::Sql => "sql",
            Self::Exec => "exec",
        }
    }

    /// Whether it only computes over what is in scope, so that running it again gives the same and needs no commit
    /// of its own.
    #[must_use]
    pub const fn is_pure(self) -> bool {
        match self {
            Self::Http
            | Self::Close
            | Self::Sleep
            | Self::WaitFor
            | Self::Workflow
            | Self::State
            | Self::Respond
            | Self::Email
            | Self::Sql
            | Self::Exec => false,
            Self::Script | Self::Set | Self::Log | Self::Return | Self::Fail => true,
        }
    }
}
