//! One execution, from the claim to its end.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bellhop_storage::{ClaimedExecution, Ending};
use bellhop_workflow::execution::ExecutionError;
use bellhop_workflow::expression::Scope;
use bellhop_workflow::journal::{StepError, StepStatus};
use bellhop_workflow::model::Workflow;
use bellhop_workflow::time::Timestamp;
use futures::FutureExt as _;

use crate::ExecutorParts;
use crate::attempt::StepShell;
use crate::definitions::{DefinitionError, Definitions};
use crate::interpreter::{ExecutionEnd, walk};
use crate::journal::{Journal, LetGo};
use crate::scope;

/// Runs a claimed execution to its end, or lets it go as it stands.
pub(crate) async fn run(parts: &ExecutorParts, definitions: &Definitions, mut claimed: ClaimedExecution) {
    let id = claimed.id;
    let written = std::mem::take(&mut claimed.steps);
    let mut journal = Journal::new(parts.store.clone(), parts.node, id, written);
    // A panic is a defect of ours. It ends this execution: left to its lease, it would only panic again, for ever.
    let end = AssertUnwindSafe(interpret(parts, definitions, &claimed, &mut journal)).catch_unwind().await;
    let written = match end.unwrap_or_else(|_| Ok(panicked(&mut journal, parts.clock.now()))) {
        Ok(ExecutionEnd::Pause(until)) => journal.suspend(until).await,
        Ok(ExecutionEnd::Succeeded(output)) => {
            journal.finish(Ending::Succeeded(output), parts.clock.now()).await
        }
        Ok(ExecutionEnd::Failed(error)) => journal.finish(Ending::Failed(error), parts.clock.now()).await,
        Err(reason) => Err(reason),
    };
    if let Err(reason) = written {
        tracing::warn!(execution = %id, error = &reason as &dyn std::error::Error, "execution let go of");
    }
}

async fn interpret(
    parts: &ExecutorParts,
    definitions: &Definitions,
    claimed: &ClaimedExecution,
    journal: &mut Journal,
) -> Result<ExecutionEnd, LetGo> {
    let redacted = |message: &str| parts.redactor.redact(message).into_owned();
    let workflow = match definitions.get(claimed.workflow_id, claimed.version).await {
        Ok(workflow) => workflow,
        Err(DefinitionError::Unusable(message)) => return Ok(failed(None, "workflow", redacted(&message))),
        // Left to its lease: whoever claims it next, perhaps this node, finds it as it was.
        Err(DefinitionError::Store(error)) => return Err(LetGo::Unread(error)),
    };
    let mut scope = match scope::begin(claimed, &workflow, claimed.started_at) {
        Ok(scope) => scope,
        Err(error) => return Ok(failed(None, "expression", redacted(&format!("vars: {error}")))),
    };
    let shell = StepShell {
        runner: parts.steps.clone(),
        redactor: parts.redactor.clone(),
        clock: Arc::clone(&parts.clock),
        execution: claimed.id,
    };
    within_limit(&workflow, claimed.started_at, &shell, &mut scope, journal).await
}

/// Walks the steps for as long as the workflow's timeout leaves: an execution that was resumed has used up some of it.
async fn within_limit(
    workflow: &Workflow,
    started_at: Timestamp,
    shell: &StepShell,
    scope: &mut Scope,
    journal: &mut Journal,
) -> Result<ExecutionEnd, LetGo> {
    let walk = walk(&workflow.steps, shell, scope, journal);
    let Some(limit) = workflow.timeout else { return walk.await };
    let left = limit.saturating_sub(shell.clock.now().since(started_at));
    if left.is_zero() {
        // Not even polled: its first steps may be done before a timer is looked at.
        drop(walk);
        return Ok(timed_out(journal, limit, shell.clock.now()));
    }
    match tokio::time::timeout(left, walk).await {
        // A pause beyond the limit is cut short by it.
        Ok(Ok(ExecutionEnd::Pause(until))) => Ok(ExecutionEnd::Pause(until.min(started_at.plus(limit)))),
        Ok(end) => end,
        Err(_) => Ok(timed_out(journal, limit, shell.clock.now())),
    }
}

fn timed_out(journal: &mut Journal, limit: Duration, now: Timestamp) -> ExecutionEnd {
    let message = format!("the execution took longer than its timeout of {limit:?}");
    end_unfinished(journal, StepStatus::Cancelled, "timeout", &message, now);
    failed(None, "timeout", message)
}

fn panicked(journal: &mut Journal, now: Timestamp) -> ExecutionEnd {
    let message = "a defect of Bellhop ended it; the server's log says more";
    let step = end_unfinished(journal, StepStatus::Failed, "internal", message, now);
    failed(step, "internal", message.to_owned())
}

/// Ends the step that was under way, so that the history shows where it was, and says which it is.
fn end_unfinished(
    journal: &mut Journal,
    status: StepStatus,
    kind: &str,
    message: &str,
    now: Timestamp,
) -> Option<String> {
    let mut record = journal.unfinished()?;
    let path = record.path.clone();
    record.status = status;
    record.finished_at = Some(now);
    record.error = Some(StepError { kind: kind.to_owned(), message: message.to_owned(), status: None });
    journal.note(record);
    Some(path)
}

fn failed(step: Option<String>, kind: &str, message: String) -> ExecutionEnd {
    ExecutionEnd::Failed(ExecutionError { step, kind: kind.to_owned(), message })
}
