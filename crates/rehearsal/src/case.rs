//! One case, from its event to what is said of it.

use std::sync::Arc;
use std::time::Duration;

use bellhop_executor::rehearsal::{Rehearsed, Start, rehearse};
use bellhop_steps::{Reach, RunnerError, ScriptIsolation, StepRunner};
use bellhop_vault::Redactor;
use bellhop_workflow::execution::{ExecutionError, ExecutionStatus};
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::model::Workflow;
use bellhop_workflow::testfile::{Case, CaseStatus};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::admission::{Admission, Admitted, VERSION, admit};
use crate::coverage::Reached;
use crate::expectations::{Outcome, check};
use crate::failure::Failure;
use crate::stage::{MockStage, NoCredentials};

/// What came of a case.
#[derive(Debug, Clone)]
pub struct CaseReport {
    /// What a reader calls it.
    pub name: String,
    /// The line that it begins on.
    pub line: usize,
    /// Why it fails; none where it passes.
    pub failures: Vec<Failure>,
    /// How long it took by the clock of the rehearsal.
    pub took: Duration,
    /// What it reached, for the coverage.
    pub reached: Reached,
}

impl CaseReport {
    /// Whether all came out as expected.
    #[must_use]
    pub fn has_passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// What cases are rehearsed with; one serves any number of them.
#[derive(Clone)]
pub struct Rehearser {
    runner: StepRunner,
}

impl Rehearser {
    /// A rehearser. It has no credentials and sends nothing anywhere.
    pub fn new() -> Result<Self, RunnerError> {
        // The address is never called: what would call it is mocked.
        let runner = StepRunner::new(
            "http://close.invalid/",
            Arc::new(NoCredentials),
            Redactor::default(),
            Reach::default(),
        )?;
        Ok(Self { runner })
    }

    /// The same rehearser, whose scripts run as that says. Without this they run on threads.
    #[must_use]
    pub fn with_scripts_in(self, isolation: ScriptIsolation) -> Self {
        Self { runner: self.runner.with_scripts_in(isolation) }
    }

    /// Rehearses a case of a workflow.
    pub async fn rehearse(&self, workflow: &Workflow, case: &Case) -> CaseReport {
        let report = |failures, took, reached| CaseReport {
            name: case.name.clone(),
            line: case.line,
            failures,
            took,
            reached,
        };
        let ended = |status, why| Outcome {
            status,
            because: Some(why),
            output: None,
            error: None,
            steps: Vec::new(),
            took: Duration::ZERO,
        };
        let admitted = match admit(workflow, case) {
            Ok(Admission::Admitted(admitted)) => *admitted,
            Ok(Admission::Filtered(why)) => {
                let failures = differences(case, &ended(CaseStatus::Filtered, why));
                return report(failures, Duration::ZERO, Reached::default());
            }
            Ok(Admission::Refused(why)) => {
                let failures = differences(case, &ended(CaseStatus::Refused, why));
                return report(failures, Duration::ZERO, Reached::default());
            }
            Err(wrong) => return report(vec![wrong.into()], Duration::ZERO, Reached::default()),
        };
        let trigger = admitted.trigger.clone();
        let stage = MockStage::new(&case.mocks, &self.runner);
        let rehearsed = rehearse(workflow, start(admitted, case), &stage).await;
        let reached = Reached::by(trigger.as_ref(), &rehearsed.steps);
        let took = rehearsed.took;
        // A step without a mock spoils all that comes after it; what differs there is only noise.
        let mut failures = stage.into_failures();
        if failures.is_empty() {
            failures = differences(case, &outcome(rehearsed));
        }
        report(failures, took, reached)
    }
}

fn start(admitted: Admitted, case: &Case) -> Start {
    Start {
        event: Some(admitted.event),
        inputs: admitted.inputs,
        trigger_id: admitted.trigger,
        trigger_kind: admitted.trigger_kind,
        now: case.now,
        // Always the same, as what a script draws by chance comes from it.
        execution: ExecutionId::from_uuid(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001)),
        version: VERSION,
    }
}

fn differences(case: &Case, outcome: &Outcome) -> Vec<Failure> {
    check(&case.expect, outcome).into_iter().map(Failure::Difference).collect()
}

fn outcome(rehearsed: Rehearsed) -> Outcome {
    let Rehearsed { status, output, error, steps, took } = rehearsed;
    let status = match status {
        ExecutionStatus::Succeeded => CaseStatus::Succeeded,
        ExecutionStatus::Failed
        | ExecutionStatus::Cancelled
        | ExecutionStatus::Queued
        | ExecutionStatus::Running
        | ExecutionStatus::Waiting => CaseStatus::Failed,
    };
    let because = error.as_ref().map(|ExecutionError { step, kind, message, .. }| match step {
        Some(step) => format!("`{step}`: {kind}: {message}"),
        None => format!("{kind}: {message}"),
    });
    let error: Option<Value> = error.map(|error| json!(error));
    Outcome { status, because, output, error, steps, took }
}
