//! One execution, from the claim to its end.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};

use bellhop_storage::{Birth, CancelledBy, ClaimedExecution, Ending, seal_context};
use bellhop_workflow::conceal::Concealed;
use bellhop_workflow::event::HeldEvent;
use bellhop_workflow::execution::ExecutionError;
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::{self, StepError, StepRecord, StepStatus};
use bellhop_workflow::model::Workflow;
use bellhop_workflow::time::Timestamp;
use futures::FutureExt as _;
use serde_json::{Map, Value, json};
use tokio::sync::watch;

use crate::ExecutorParts;
use crate::conduct::{ExecutionEnd, conduct};
use crate::definitions::{DefinitionError, Definitions};
use crate::interpreter::{Interpreter, ResumeUrls, Timer};
use crate::journal::{Journal, LetGo, StoreSink};
use crate::lost;
use crate::mask::{self, Mask, UnveilError};
use crate::meters::ExecutorMeters;
use crate::scope::{self, Beginning};
use crate::trace::ExecutionTrace;
use crate::world::{StoreWorld, error, read};

/// Runs a claimed execution to its end, or lets it go as it stands.
///
/// Once `cancel` has a reason, it is dropped where it stands, however far it is, and ends as cancelled.
pub(crate) async fn run(
    parts: &ExecutorParts,
    meters: &Arc<ExecutorMeters>,
    definitions: &Definitions,
    claimed: Box<ClaimedExecution>,
    birth: Option<Birth>,
    trace: Option<Arc<ExecutionTrace>>,
    cancel: watch::Receiver<Option<String>>,
) {
    let id = claimed.id;
    let sink = StoreSink {
        store: parts.store.clone(),
        node: parts.node,
        execution: id,
        meters: Arc::clone(meters),
        trace,
        birth: Arc::new(Mutex::new(birth)),
    };
    if let Err(reason) = to_its_end(parts, definitions, claimed, sink, cancel).await {
        if matches!(reason, LetGo::NotRecorded) {
            // A second delivery of the same event most often, and never anything that was promised to anybody.
            tracing::debug!(execution = %id, "execution not recorded");
            return;
        }
        tracing::warn!(execution = %id, error = &reason as &dyn std::error::Error, "execution let go of");
    }
}

async fn to_its_end(
    parts: &ExecutorParts,
    definitions: &Definitions,
    mut claimed: Box<ClaimedExecution>,
    sink: StoreSink,
    cancel: watch::Receiver<Option<String>>,
) -> Result<(), LetGo> {
    if let Some(reason) = claimed.cancel.take() {
        // Asked for while another claim of it was there. Nothing of it is even read.
        let cut_short = |error: &StepError, now| journal::cut_short(&claimed.steps, error, now);
        return Box::pin(cancelled(parts, &sink, &claimed.steps, reason, cut_short)).await;
    }
    if claimed.lost_claims >= lost::MOST_LOST_CLAIMS {
        let (records, error) = lost::given_up(&claimed.steps, claimed.lost_claims, parts.clock.now());
        tracing::error!(execution = %claimed.id, "execution given up, as the process has ended with it each time");
        return sink.finish(records, Ending::Failed(error), parts.clock.now()).await;
    }
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
    if let Some(trace) = &sink.trace {
        trace.is_of(&workflow.name);
    }
    let trace = sink.trace.clone();
    let (beginning, journal) = match open(parts, &workflow, &mut claimed, sink.clone()) {
        Ok(opened) => opened,
        Err(error) => return give_up("internal", &describe(&error)).await,
    };
    let world = StoreWorld { parts, definitions, claimed: &claimed, trace: trace.as_deref() };
    let end = carry_out(&world, &workflow, &beginning, &journal);
    // A panic is a defect of ours. It ends this execution: left to its lease, it would only panic again, for ever.
    let end = AssertUnwindSafe(end).catch_unwind();
    let end = tokio::select! {
        biased;
        end = end => end.unwrap_or_else(|_| Ok(panicked(&journal, parts.clock.now())))?,
        (reason, _quiet) = asked_to_stop(cancel, &journal) => {
            let steps = journal.all();
            let cut_short = |error: &StepError, now| {
                journal.end_unfinished(|_| true, StepStatus::Cancelled, error, now);
                journal.unwritten()
            };
            return Box::pin(cancelled(parts, &sink, &steps, reason, cut_short)).await;
        }
    };
    let mask = journal.mask().clone();
    let records = journal.into_unwritten();
    match end {
        ExecutionEnd::Pause(until) => sink.suspend(records, until).await,
        ExecutionEnd::Succeeded(output) => {
            let output = output.map(|output| mask.veil_value(output));
            sink.finish(records, Ending::Succeeded(output), parts.clock.now()).await
        }
        ExecutionEnd::Failed(error) => sink.finish(records, Ending::Failed(error), parts.clock.now()).await,
    }
}

/// Returns once it is to end as cancelled and nothing is being written.
async fn asked_to_stop(
    mut cancel: watch::Receiver<Option<String>>,
    journal: &Journal,
) -> (String, impl Drop + '_) {
    let reason = cancel.wait_for(Option::is_some).await.ok().and_then(|reason| reason.clone());
    // Where there is none, nobody is left who could ask.
    let Some(reason) = reason else { return std::future::pending().await };
    (reason, journal.quiet().await)
}

/// Ends an execution as cancelled, with the children that its `steps` wait for: those first, so that after a crash
/// whoever claims it next finds them by the same steps. `on_failure` and `finally` are not run.
async fn cancelled(
    parts: &ExecutorParts,
    sink: &StoreSink,
    steps: &[StepRecord],
    reason: String,
    cut_short: impl FnOnce(&StepError, Timestamp) -> Vec<StepRecord>,
) -> Result<(), LetGo> {
    let children = journal::awaited_children(steps);
    cancel_children(parts, sink.execution, &children).await?;
    let (now, error) = (parts.clock.now(), error("cancelled", reason));
    let records = cut_short(&error, now);
    let end = ExecutionError { step: None, kind: error.kind, message: error.message };
    tracing::info!(execution = %sink.execution, reason = end.message, "execution cancelled");
    sink.finish(records, Ending::Cancelled(end), now).await?;
    // One whose start was dropped on its way to the disk is there by now, as it was on that way before the end was.
    cancel_children(parts, sink.execution, &children).await
}

async fn cancel_children(parts: &ExecutorParts, parent: ExecutionId, paths: &[String]) -> Result<(), LetGo> {
    let by = CancelledBy::Parent(parent);
    for path in paths {
        if let Some(child) = read(parent, || parts.store.child(parent, path)).await? {
            read(parent, || parts.store.cancel(child.id, by, parts.clock.now())).await?;
        }
    }
    Ok(())
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
            concealed.reveal_event(&mut event.head, &mut event.raw);
        }
        concealed.reveal_inputs(&mut inputs);
    }
    let beginning = Beginning {
        event: event.map(Arc::new),
        inputs,
        trigger: json!({ "id": claimed.trigger_id, "kind": claimed.trigger_kind }),
        execution: scope::execution(claimed.id, claimed.attempt, claimed.started_at),
        workflow: json!({ "name": workflow.name, "version": claimed.version }),
        started_at: claimed.started_at,
    };
    mask.learn("event", || json!(beginning.event.as_deref().cloned().map(HeldEvent::into_event)));
    mask.learn("inputs", || beginning.inputs.clone());
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
    let step = journal.find(lost::is_under_way);
    journal.end_unfinished(|_| true, StepStatus::Failed, &error, now);
    ExecutionEnd::Failed(ExecutionError {
        step: step.map(|step| step.path),
        kind: error.kind,
        message: error.message,
    })
}
