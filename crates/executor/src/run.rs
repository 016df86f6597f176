//! One execution, from the claim to its end.

use std::panic::AssertUnwindSafe;

use bellhop_storage::{ClaimedExecution, Ending, seal_context};
use bellhop_workflow::conceal::Concealed;
use bellhop_workflow::execution::ExecutionError;
use bellhop_workflow::journal::StepStatus;
use bellhop_workflow::model::Workflow;
use bellhop_workflow::time::Timestamp;
use futures::FutureExt as _;
use serde_json::{Map, Value, json};

use crate::ExecutorParts;
use crate::conduct::{ExecutionEnd, conduct};
use crate::definitions::{DefinitionError, Definitions};
use crate::interpreter::{Interpreter, ResumeUrls, Timer};
use crate::journal::{Journal, LetGo, StoreSink};
use crate::mask::{self, Mask, UnveilError};
use crate::scope::{self, Beginning};
use crate::world::{StoreWorld, error};

/// Runs a claimed execution to its end, or lets it go as it stands.
pub(crate) async fn run(parts: &ExecutorParts, definitions: &Definitions, claimed: ClaimedExecution) {
    let id = claimed.id;
    if let Err(reason) = to_its_end(parts, definitions, claimed).await {
        tracing::warn!(execution = %id, error = &reason as &dyn std::error::Error, "execution let go of");
    }
}

async fn to_its_end(
    parts: &ExecutorParts,
    definitions: &Definitions,
    mut claimed: ClaimedExecution,
) -> Result<(), LetGo> {
    let sink = StoreSink { store: parts.store.clone(), node: parts.node, execution: claimed.id };
    let give_up = |kind: &str, message: &str| {
        let message = parts.redactor.redact(message).into_owned();
        let error = ExecutionError { step: None, kind: kind.to_owned(), message };
        sink.finish(Vec::new(), Ending::Failed(error), parts.clock.now())
    };
    let workflow = match definitions.get(claimed.workflow_id, claimed.version).await {
        Ok(workflow) => workflow,
        Err(DefinitionError::Unusable(message)) => return give_up("workflow", &message).await,
        // Left to its lease: whoever claims it next, perhaps this node, finds it as it was.
        Err(DefinitionError::Store(error)) => return Err(LetGo::Unread(error)),
    };
    let (beginning, journal) = match open(parts, &workflow, &mut claimed, sink.clone()) {
        Ok(opened) => opened,
        Err(error) => return give_up("internal", &describe(&error)).await,
    };
    let world = StoreWorld { parts, definitions, claimed: &claimed };
    let end = carry_out(&world, &workflow, &beginning, &journal);
    // A panic is a defect of ours. It ends this execution: left to its lease, it would only panic again, for ever.
    let end = AssertUnwindSafe(end).catch_unwind().await;
    let end = end.unwrap_or_else(|_| Ok(panicked(&journal, parts.clock.now())))?;
    let records = journal.unwritten();
    match end {
        ExecutionEnd::Pause(until) => sink.suspend(records, until).await,
        ExecutionEnd::Succeeded(output) => {
            let output = output.map(|output| journal.mask().veil_value(output));
            sink.finish(records, Ending::Succeeded(output), parts.clock.now()).await
        }
        ExecutionEnd::Failed(error) => sink.finish(records, Ending::Failed(error), parts.clock.now()).await,
    }
}

async fn carry_out(
    world: &StoreWorld<'_>,
    workflow: &Workflow,
    beginning: &Beginning,
    journal: &Journal,
) -> Result<ExecutionEnd, LetGo> {
    let interpreter = Interpreter {
        world,
        journal,
        redactor: &world.parts.redactor,
        clock: world.parts.clock.as_ref(),
        timer: Timer::Real,
        execution: world.claimed.id,
        urls: ResumeUrls::of(workflow, &beginning.execution),
    };
    conduct(workflow, beginning, &interpreter).await
}

/// What the execution begins with and what was done of it before, masks undone.
fn open(
    parts: &ExecutorParts,
    workflow: &Workflow,
    claimed: &mut ClaimedExecution,
    sink: StoreSink,
) -> Result<(Beginning, Journal), UnveilError> {
    let key = &parts.master_key;
    let mask = Mask::new(&workflow.mask, key, claimed.id);
    let mut event = claimed.event.take();
    let mut inputs = claimed.inputs.take().unwrap_or_else(|| Value::Object(Map::new()));
    if let Some(sealed) = claimed.sealed.take() {
        let concealed = mask::open(key, &seal_context(claimed.id), sealed)?;
        let concealed: Concealed = serde_json::from_value(concealed).map_err(|_| UnveilError::Unreadable)?;
        if let Some(event) = &mut event {
            concealed.reveal_event(event);
        }
        concealed.reveal_inputs(&mut inputs);
    }
    let event = event.map_or(Value::Null, |event| json!(event));
    let beginning = Beginning {
        event,
        inputs,
        trigger: json!({ "id": claimed.trigger_id, "kind": claimed.trigger_kind }),
        execution: scope::execution(claimed.id, claimed.attempt, claimed.started_at),
        workflow: json!({ "name": workflow.name, "version": claimed.version }),
        started_at: claimed.started_at,
    };
    mask.learn("event", &beginning.event);
    mask.learn("inputs", &beginning.inputs);
    let mut steps = std::mem::take(&mut claimed.steps);
    for record in &mut steps {
        mask.unveil(record)?;
        mask.learn_from(record);
    }
    Ok((beginning, Journal::new(claimed.id, sink, mask, steps)))
}

fn describe(error: &UnveilError) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}

/// Ends the steps that were under way, and says which it was. `on_failure` is not run: it might end the same way.
fn panicked(journal: &Journal, now: Timestamp) -> ExecutionEnd {
    let message = "a defect of Bellhop ended it; the server's log says more";
    let error = error("internal", message);
    let is_block = |uses: &str| matches!(uses, "parallel" | "for_each" | "switch" | "try" | "loop");
    let step = journal.find(|record| !record.status.is_final() && !is_block(&record.uses));
    journal.end_unfinished(|_| true, StepStatus::Failed, &error, now);
    ExecutionEnd::Failed(ExecutionError {
        step: step.map(|step| step.path),
        kind: error.kind,
        message: error.message,
    })
}
