//! Running a workflow in memory, on a stage instead of in the world: for tests that travel with workflows.
//!
//! It is the same interpreter over the same journal. What differs is that nothing is stored, that a [`Stage`] answers in
//! place of whatever steps reach for, and that time passes only where everything waits: a `sleep` of days, the back-off of
//! a retry, the pauses of a loop and what an answer of the stage takes are over at once.

mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bellhop_steps::{Outcome, StepFailure};
use bellhop_vault::Redactor;
use bellhop_workflow::event::HeldEvent;
use bellhop_workflow::execution::{ExecutionError, ExecutionStatus};
use bellhop_workflow::ids::{ExecutionId, TriggerId, Version};
use bellhop_workflow::journal::{LogLine, StepRecord};
use bellhop_workflow::model::{Step, StepKind, Workflow};
use bellhop_workflow::time::{Clock, Timestamp};
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

use self::world::StageWorld;
use crate::conduct::{ExecutionEnd, conduct};
use crate::interpreter::{Interpreter, ResumeUrls, Timer};
use crate::journal::{Journal, LetGo, Nowhere};
use crate::mask::Mask;
use crate::scope::{self, Beginning};
use crate::world::error;

/// What an execution begins with.
#[derive(Debug, Clone)]
pub struct Start {
    /// What happened.
    pub event: Option<Arc<HeldEvent>>,
    /// What it is given by hand.
    pub inputs: Option<Value>,
    /// The trigger that starts it.
    pub trigger_id: Option<TriggerId>,
    /// That trigger's kind.
    pub trigger_kind: String,
    /// When it begins.
    pub now: Timestamp,
    /// Its id.
    pub execution: ExecutionId,
    /// The version of the workflow that it says it runs.
    pub version: Version,
}

/// What stands in for the world.
pub trait Stage: Send + Sync {
    /// What comes of an attempt. Asked for every single step but `sleep`, and for that too where it
    /// [is mocked](Self::is_mocked).
    fn attempt<'a>(&'a self, call: StageCall<'a>) -> BoxFuture<'a, Played>;

    /// Whether a `sleep` is to be asked for like any other step. Where it is not, the time that it says passes.
    fn is_mocked(&self, step: &Step) -> bool {
        let _ = step;
        false
    }
}

/// What comes of an attempt on a stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Played {
    /// What it gives, where it is not given up before.
    pub outcome: Result<Outcome, StepFailure>,
    /// How long it takes. Where that is longer than its step's timeout, the time-out is what comes of it.
    pub takes: Duration,
}

impl Played {
    /// It takes no time.
    #[must_use]
    pub const fn at_once(outcome: Result<Outcome, StepFailure>) -> Self {
        Self { outcome, takes: Duration::ZERO }
    }
}

/// One attempt of one step.
pub struct StageCall<'a> {
    /// The step.
    pub step: &'a Step,
    /// Where it stands: ids from the outside in, see [`StepRecord::path`].
    pub path: &'a str,
    /// What kind of step it is.
    pub kind: StepKind,
    /// Which attempt it is, counted from 1.
    pub attempt: u32,
    /// What it was given, after its expressions were rendered.
    pub input: &'a Value,
    /// The present, as far as the rehearsal has come.
    pub now: Timestamp,
    /// When the step began.
    pub started_at: Timestamp,
    /// What its expressions saw: a script sees it as globals.
    pub scope: &'a bellhop_workflow::expression::Scope,
    /// Where the step's log lines go.
    pub log: &'a mut Vec<LogLine>,
    /// The same for all attempts of the step.
    pub idempotency_key: &'a str,
}

/// What came of a rehearsal.
#[derive(Debug, Clone, PartialEq)]
pub struct Rehearsed {
    /// How it ended: succeeded or failed.
    pub status: ExecutionStatus,
    /// What it gave, where a `return` or `outputs` gave something.
    pub output: Option<Value>,
    /// Why it failed.
    pub error: Option<ExecutionError>,
    /// Where each of its steps stands, in the order they began. Nothing is masked.
    pub steps: Vec<StepRecord>,
    /// How long it would have taken, if what the stage answers took no more time than it says.
    pub took: Duration,
}

/// Runs a whole workflow. It takes no time but the stage's own.
pub async fn rehearse(workflow: &Workflow, start: Start, stage: &dyn Stage) -> Rehearsed {
    let clock = StageClock(AtomicI64::new(start.now.as_micros()));
    let journal = Journal::new(start.execution, Nowhere, Mask::nothing(), Vec::new());
    let (redactor, world) = (Redactor::default(), StageWorld::new(stage));
    let (begun, execution) = (start.now, start.execution);
    let beginning = beginning(workflow, start);
    let interpreter = Interpreter {
        world: &world,
        journal: &journal,
        redactor: &redactor,
        clock: &clock,
        timer: Timer::Virtual,
        execution,
        urls: ResumeUrls::of(workflow, &beginning.execution),
    };
    let (status, output, failure) = loop {
        match conduct(workflow, &beginning, &interpreter).await {
            Ok(ExecutionEnd::Succeeded(output)) => break (ExecutionStatus::Succeeded, output, None),
            Ok(ExecutionEnd::Failed(failure)) => break (ExecutionStatus::Failed, None, Some(failure)),
            Ok(ExecutionEnd::Pause(Some(until))) => clock.set(until),
            // On a stage nothing waits for the outside, and nothing has to be let go of.
            Ok(ExecutionEnd::Pause(None)) => break never(None),
            Err(reason) => break never(Some(&reason)),
        }
    };
    let took = clock.now().since(begun);
    Rehearsed { status, output, error: failure, steps: journal.all(), took }
}

fn beginning(workflow: &Workflow, start: Start) -> Beginning {
    Beginning {
        event: start.event,
        trigger: json!({ "id": start.trigger_id, "kind": start.trigger_kind }),
        inputs: start.inputs.unwrap_or_else(|| Value::Object(Map::new())),
        execution: scope::execution(start.execution, 1, start.now),
        workflow: json!({ "name": workflow.name, "version": start.version }),
        started_at: start.now,
    }
}

fn never(reason: Option<&LetGo>) -> (ExecutionStatus, Option<Value>, Option<ExecutionError>) {
    let why = reason.map_or_else(|| "it waits for something that never comes".to_owned(), LetGo::to_string);
    let error = error("internal", format!("the rehearsal cannot go on: {why}"));
    let failure = ExecutionError { step: None, kind: error.kind, message: error.message };
    (ExecutionStatus::Failed, None, Some(failure))
}

struct StageClock(AtomicI64);

impl StageClock {
    /// It never goes back.
    fn set(&self, now: Timestamp) {
        self.0.fetch_max(now.as_micros(), Ordering::SeqCst);
    }
}

impl Clock for StageClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}
