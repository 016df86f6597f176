//! Walks the steps of a workflow over its journal.
//!
//! There is one way to go on, after a crash, after a pause, and in a branch that waits beside others: to walk again from
//! the top. What the journal knows as ended is passed over in no time, and never run again; what it knows as begun goes
//! on. So whatever is decided on the way must be decided the same again: by the journal and by the order of the file, not
//! by who came first.
//!
//! - `single` is a single step with its retries, `resume` the pure question what it needs next;
//! - `block` is what all blocks have in common, with one file for each;
//! - `settled` is what the journal alone says;
//! - `timer` is waiting, and not waiting too long.

mod attempt;
mod block;
mod resume;
mod settled;
mod single;
mod sleep;
mod timer;
mod urls;

use std::borrow::Cow;

use bellhop_vault::Redactor;
use bellhop_workflow::expression::{ExpressionError, Scope};
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::{StepError, StepRecord, StepStatus};
use bellhop_workflow::model::{Action, Step};
use bellhop_workflow::time::{Clock, Timestamp};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::{Value, json};

pub(crate) use self::timer::Timer;
pub(crate) use self::urls::ResumeUrls;
use crate::journal::{Journal, LetGo};
use crate::world::{World, error};

/// How a step, a list of steps or a whole workflow came to its end, or to a pause.
#[derive(Debug)]
pub(crate) enum End<T> {
    /// It ran through, and what comes after it is next.
    Next(T),
    /// A `return` has ended the execution.
    Return(Returned),
    /// It has failed for good.
    Failed(Failure),
    /// Not yet: it goes on at this instant, or when something outside happens; at none, only then.
    Pause(Option<Timestamp>),
}

impl<T> End<T> {
    /// The same end, with something else to go on with.
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> End<U> {
        match self {
            Self::Next(value) => End::Next(change(value)),
            Self::Return(returned) => End::Return(returned),
            Self::Failed(failure) => End::Failed(failure),
            Self::Pause(until) => End::Pause(until),
        }
    }
}

/// Where the execution was ended, and with what output.
#[derive(Debug, Clone)]
pub(crate) struct Returned {
    /// The path of the step.
    pub(crate) path: String,
    pub(crate) output: Value,
}

/// Why something failed, and where.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// The path of the step; none where it is the execution's own.
    pub(crate) path: Option<String>,
    /// Which attempt of it that was.
    pub(crate) attempt: u32,
    pub(crate) error: StepError,
}

impl Failure {
    /// As expressions see it at `error`.
    pub(crate) fn as_value(&self) -> Value {
        let StepError { kind, message, status } = &self.error;
        let mut error =
            json!({ "step": self.path, "kind": kind, "message": message, "attempt": self.attempt });
        if let Some(status) = status {
            error["status"] = Value::from(*status);
        }
        error
    }
}

/// What the paths of the steps of `on_failure` begin with.
pub(crate) const ON_FAILURE: &str = "on_failure/";

/// The place in its list of the last step that ran.
pub(crate) type LastRun = Option<usize>;

/// What carrying out the steps of one execution takes.
pub(crate) struct Interpreter<'a> {
    pub(crate) world: &'a dyn World,
    pub(crate) journal: &'a Journal,
    pub(crate) redactor: &'a Redactor,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) timer: Timer,
    pub(crate) execution: ExecutionId,
    /// Only where there is a step that waits to be resumed.
    pub(crate) urls: Option<ResumeUrls<'a>>,
}

impl Interpreter<'_> {
    /// Runs `steps` from the first, passing over those that the journal knows as ended. `prefix` is what their paths
    /// begin with, a `/` at its end, or nothing.
    pub(crate) fn walk<'a>(
        &'a self,
        steps: &'a [Step],
        prefix: &'a str,
        scope: &'a mut Scope,
    ) -> BoxFuture<'a, Result<End<LastRun>, LetGo>> {
        async move {
            self.show_urls(prefix, scope);
            let mut last = None;
            for (place, step) in steps.iter().enumerate() {
                let path = join(prefix, step);
                let end = match &step.action {
                    Action::Uses { kind, with } => self.single(step, *kind, with, &path, scope).await?,
                    _ => self.block(step, &path, scope).await?,
                };
                match end {
                    End::Next(true) => last = Some(place),
                    End::Next(false) => {}
                    End::Return(output) => return Ok(End::Return(output)),
                    End::Failed(failure) => return Ok(End::Failed(failure)),
                    End::Pause(until) => return Ok(End::Pause(until)),
                }
            }
            Ok(End::Next(last))
        }
        .boxed()
    }

    /// Runs `steps`, and gives the output of the last of them that ran.
    async fn walk_for_output(
        &self,
        steps: &[Step],
        prefix: &str,
        scope: &mut Scope,
    ) -> Result<End<Value>, LetGo> {
        let end = self.walk(steps, prefix, scope).await?;
        Ok(end.map(|last| self.output_of(steps, prefix, last)))
    }

    /// Notes that an attempt begins.
    fn begin(&self, record: &mut StepRecord, attempt: u32) {
        record.status = StepStatus::Pending;
        record.attempts = attempt;
        record.wakes_at = None;
        if attempt > 1 {
            record.attempt_started_at = Some(self.clock.now());
        }
    }

    /// Notes that a step has come to its end.
    fn ended(&self, record: &mut StepRecord, status: StepStatus) {
        record.status = status;
        record.finished_at = Some(self.clock.now());
        record.wakes_at = None;
    }

    /// Whether a step that has not begun is to run. What it says of the time is what its record says.
    fn is_wanted(&self, step: &Step, record: &StepRecord, scope: &mut Scope) -> Result<bool, StepError> {
        let Some(condition) = &step.condition else { return Ok(true) };
        self.tell_time(record, scope);
        condition.test(scope).map_err(|failure| self.expression_error(&failure))
    }

    /// Lets the expressions of a step see when it began, however late they are evaluated.
    fn tell_time(&self, record: &StepRecord, scope: &mut Scope) {
        scope.set_now(record.started_at.unwrap_or_else(|| self.clock.now()));
    }

    fn expression_error(&self, failure: &ExpressionError) -> StepError {
        self.redacted_error(error("expression", failure.to_string()))
    }

    fn redacted(&self, mut value: Value) -> Value {
        self.redactor.redact_value(&mut value);
        value
    }

    fn redacted_error(&self, failure: StepError) -> StepError {
        StepError { message: self.redactor.redact(&failure.message).into_owned(), ..failure }
    }
}

/// The path of a step in a list.
fn join<'a>(prefix: &str, step: &'a Step) -> Cow<'a, str> {
    let id = step.id.as_str();
    if prefix.is_empty() { Cow::Borrowed(id) } else { Cow::Owned(format!("{prefix}{id}")) }
}

/// The record of a step that has not begun.
fn new_record(step: &Step, path: &str) -> StepRecord {
    StepRecord::new(step.id.clone(), path, step.action.as_str())
}
