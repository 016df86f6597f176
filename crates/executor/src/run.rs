//! One execution, from the claim to its end.

use std::sync::Arc;

use bellhop_storage::{ClaimedExecution, Ending};
use bellhop_workflow::execution::ExecutionError;
use bellhop_workflow::journal::{StepError, StepStatus};
use bellhop_workflow::model::Workflow;
use bellhop_workflow::time::Timestamp;

use crate::ExecutorParts;
use crate::attempt::StepShell;
use crate::definitions::{DefinitionError, Definitions};
use crate::interpreter::{ExecutionEnd, walk};
use crate::journal::{Journal, Lost};
use crate::scope;

/// Runs a claimed execution to its end. An execution that another node has taken over is let go without a word.
pub(crate) async fn run(parts: &ExecutorParts, definitions: &Definitions, mut claimed: ClaimedExecution) {
    let id = claimed.id;
    let written = std::mem::take(&mut claimed.steps);
    let mut journal = Journal::new(parts.store.clone(), parts.node, id, written);
    let end = match definitions.get(claimed.workflow_id, claimed.version).await {
        Ok(workflow) => interpret(parts, &claimed, &workflow, &mut journal).await,
        Err(DefinitionError::Unusable(message)) => Ok(failed(None, "workflow", message)),
        Err(error @ DefinitionError::Store(_)) => {
            // Left to its lease: whoever claims it next, perhaps this node, finds it as it was.
            tracing::error!(execution = %id, error = &error as &dyn std::error::Error, "execution put off");
            return;
        }
    };
    let written = match end {
        Ok(ExecutionEnd::Pause(until)) => journal.suspend(until).await,
        Ok(ExecutionEnd::Succeeded(output)) => {
            journal.finish(Ending::Succeeded(output), parts.clock.now()).await
        }
        Ok(ExecutionEnd::Failed(error)) => journal.finish(Ending::Failed(error), parts.clock.now()).await,
        Err(Lost) => Err(Lost),
    };
    match written {
        Ok(()) => tracing::debug!(execution = %id, "execution let go"),
        Err(Lost) => tracing::warn!(execution = %id, "another node has taken the execution over"),
    }
}

async fn interpret(
    parts: &ExecutorParts,
    claimed: &ClaimedExecution,
    workflow: &Arc<Workflow>,
    journal: &mut Journal,
) -> Result<ExecutionEnd, Lost> {
    let mut scope = match scope::begin(claimed, workflow, claimed.started_at) {
        Ok(scope) => scope,
        Err(error) => {
            let message = parts.redactor.redact(&format!("vars: {error}")).into_owned();
            return Ok(failed(None, "expression", message));
        }
    };
    let shell = StepShell {
        runner: parts.steps.clone(),
        redactor: parts.redactor.clone(),
        clock: Arc::clone(&parts.clock),
        execution: claimed.id,
    };
    let walk = walk(&workflow.steps, &shell, &mut scope, journal);
    let Some(limit) = workflow.timeout else { return walk.await };
    // What is left of the limit: an execution that was resumed has used up some of it before.
    let left = limit.saturating_sub(parts.clock.now().since(claimed.started_at));
    match tokio::time::timeout(left, walk).await {
        // A pause beyond the limit is cut short by it.
        Ok(Ok(ExecutionEnd::Pause(until))) => {
            Ok(ExecutionEnd::Pause(until.min(claimed.started_at.plus(limit))))
        }
        Ok(end) => end,
        Err(_) => Ok(timed_out(journal, limit, parts.clock.now())),
    }
}

/// Ends the step that was under way, so that the history shows where the time went.
fn timed_out(journal: &mut Journal, limit: std::time::Duration, now: Timestamp) -> ExecutionEnd {
    let message = format!("the execution took longer than its timeout of {limit:?}");
    let mut step = None;
    if let Some(mut record) = journal.unfinished() {
        record.status = StepStatus::Cancelled;
        record.finished_at = Some(now);
        record.error = Some(StepError { kind: "timeout".to_owned(), message: message.clone(), status: None });
        step = Some(record.path.clone());
        journal.note(record);
    }
    failed(step, "timeout", message)
}

fn failed(step: Option<String>, kind: &str, message: String) -> ExecutionEnd {
    ExecutionEnd::Failed(ExecutionError { step, kind: kind.to_owned(), message })
}
