//! A whole execution over its journal: the steps, the output, and what is done where it fails.

use std::time::Duration;

use bellhop_workflow::execution::ExecutionError;
use bellhop_workflow::expression::{ExpressionError, Scope};
use bellhop_workflow::journal::{StepError, StepRecord, StepStatus};
use bellhop_workflow::model::Workflow;
use bellhop_workflow::time::Timestamp;
use serde_json::Value;

use crate::interpreter::{End, Failure, Interpreter, ON_FAILURE};
use crate::journal::LetGo;
use crate::scope::{self, Beginning};
use crate::world::error;

/// How long `on_failure` may take at least, where the execution's own time is up.
const LAST_WORDS: Duration = Duration::from_mins(1);

/// How an execution ended.
#[derive(Debug, PartialEq)]
pub(crate) enum ExecutionEnd {
    /// Well, with an output where a `return` or `outputs` gave one.
    Succeeded(Option<Value>),
    /// With an error.
    Failed(ExecutionError),
    /// Not yet: it goes on at this instant, or when something outside happens; at none, only then.
    Pause(Option<Timestamp>),
}

/// Runs an execution to its end or to a pause. Asked again over the same journal, it goes on where it was.
pub(crate) async fn conduct(
    workflow: &Workflow,
    beginning: &Beginning,
    interpreter: &Interpreter<'_>,
) -> Result<ExecutionEnd, LetGo> {
    let mut scope = scope::begin(beginning);
    let deadline = workflow.timeout.map(|limit| beginning.started_at.plus(limit));
    let failure = match steps(workflow, beginning, deadline, &mut scope, interpreter).await? {
        End::Next(output) => return Ok(ExecutionEnd::Succeeded(output)),
        End::Return(returned) => return Ok(ExecutionEnd::Succeeded(Some(returned.output))),
        End::Pause(until) => return Ok(ExecutionEnd::Pause(until)),
        End::Failed(failure) => failure,
    };
    if !workflow.on_failure.is_empty()
        && let Some(until) = on_failure(workflow, beginning, &failure, deadline, interpreter).await?
    {
        return Ok(ExecutionEnd::Pause(until));
    }
    let StepError { kind, message, .. } = interpreter.journal.mask().veil_error(failure.error);
    Ok(ExecutionEnd::Failed(ExecutionError { step: failure.path, kind, message }))
}

/// Everything but `on_failure`. Where it runs through, it gives the execution's output.
async fn steps(
    workflow: &Workflow,
    beginning: &Beginning,
    deadline: Option<Timestamp>,
    scope: &mut Scope,
    interpreter: &Interpreter<'_>,
) -> Result<End<Option<Value>>, LetGo> {
    if let Err(failure) = scope::add_vars(workflow, beginning.started_at, scope) {
        return Ok(End::Failed(expression_failure(interpreter, "vars", &failure)));
    }
    let walk = interpreter.walk(&workflow.steps, "", scope);
    Ok(match interpreter.within(deadline, walk).await? {
        None => End::Failed(time_is_up(workflow, interpreter)),
        Some(End::Next(_)) => {
            outputs(workflow, beginning, scope, interpreter).map_or_else(End::Failed, End::Next)
        }
        Some(end) => end.map(|_| None),
    })
}

/// `outputs`, rendered over what the steps have left.
fn outputs(
    workflow: &Workflow,
    beginning: &Beginning,
    scope: &mut Scope,
    interpreter: &Interpreter<'_>,
) -> Result<Option<Value>, Failure> {
    let Some(outputs) = &workflow.outputs else { return Ok(None) };
    // The same however often it is rendered, as `on_failure` may have begun where it failed.
    scope.set_now(interpreter.finished_at(&workflow.steps, "").unwrap_or(beginning.started_at));
    outputs.render(scope).map(Some).map_err(|failure| expression_failure(interpreter, "outputs", &failure))
}

/// Runs `on_failure`. What it comes to changes nothing, so all it says is whether it pauses, and until when.
async fn on_failure(
    workflow: &Workflow,
    beginning: &Beginning,
    failure: &Failure,
    deadline: Option<Timestamp>,
    interpreter: &Interpreter<'_>,
) -> Result<Option<Option<Timestamp>>, LetGo> {
    // From the journal, as whatever ran last may have been cut short.
    let mut scope = scope::begin(beginning);
    // Where it is what failed, those before it are there.
    drop(scope::add_vars(workflow, beginning.started_at, &mut scope));
    interpreter.reveal(&workflow.steps, "", &mut scope);
    scope.set("error", &failure.as_value());
    let begun = interpreter.journal.find(is_last_word).and_then(|first| first.started_at);
    let least = begun.unwrap_or_else(|| interpreter.clock.now()).plus(LAST_WORDS);
    let deadline = deadline.map(|deadline| deadline.max(least));
    let walk = interpreter.walk(&workflow.on_failure, ON_FAILURE, &mut scope);
    match interpreter.within(deadline, walk).await? {
        Some(End::Pause(until)) => Ok(Some(until)),
        Some(End::Next(_) | End::Return(_) | End::Failed(_)) => Ok(None),
        None => {
            let error = error("timeout", "the time was up for `on_failure`");
            let now = interpreter.clock.now();
            interpreter.journal.end_unfinished(is_last_word, StepStatus::Cancelled, &error, now);
            Ok(None)
        }
    }
}

fn is_last_word(record: &StepRecord) -> bool {
    record.path.starts_with(ON_FAILURE)
}

fn time_is_up(workflow: &Workflow, interpreter: &Interpreter<'_>) -> Failure {
    let limit = workflow.timeout.unwrap_or_default();
    let error = error("timeout", format!("the execution took longer than its timeout of {limit:?}"));
    let now = interpreter.clock.now();
    let is_step = |record: &StepRecord| !is_last_word(record);
    interpreter.journal.end_unfinished(is_step, StepStatus::Cancelled, &error, now);
    Failure { path: None, attempt: 1, error }
}

fn expression_failure(interpreter: &Interpreter<'_>, place: &str, failure: &ExpressionError) -> Failure {
    let message = interpreter.redactor.redact(&format!("{place}: {failure}")).into_owned();
    Failure { path: None, attempt: 1, error: error("expression", message) }
}
