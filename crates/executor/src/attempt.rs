//! One step with its retries: from what the journal says of it to its end.

use std::sync::Arc;
use std::time::Duration;

use bellhop_steps::{Call, Outcome, StepFailure, StepRunner};
use bellhop_vault::Redactor;
use bellhop_workflow::expression::Scope;
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::{StepError, StepRecord, StepStatus};
use bellhop_workflow::model::{Action, Step, StepKind};
use bellhop_workflow::time::{Clock, Timestamp};
use serde_json::Value;

use crate::journal::{Journal, LetGo};
use crate::resume::{Next, next};

/// How long an attempt may take where the step does not say.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// The longest pause before a retry that is waited for here. For a longer one the execution is put aside and holds a
/// row, not a task and a slot.
const LONGEST_PAUSE_IN_MEMORY: Duration = Duration::from_secs(1);

/// How long a vendor's `retry-after` is obeyed. Beyond it, a mistake is likelier than a wish.
const LONGEST_RETRY_AFTER: Duration = Duration::from_hours(1);

/// How a step ended.
pub(crate) enum StepEnd {
    /// The execution goes on with the next one.
    Next,
    /// The execution has succeeded, with this output.
    Return(Value),
    /// The step has failed for good, and the execution with it.
    Failed(StepError),
    /// The step is tried again after a long pause, until when the execution is put aside.
    Pause(Timestamp),
}

/// What came of a step's attempts.
enum Attempts {
    /// It has ended; this is its last record.
    Ended(Box<StepRecord>),
    /// There is a long pause before the next one.
    Pause(Timestamp),
}

/// What carrying out a step takes.
pub(crate) struct StepShell {
    pub(crate) runner: StepRunner,
    pub(crate) redactor: Redactor,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) execution: ExecutionId,
}

impl StepShell {
    /// Brings one step to its end, and into the scope.
    pub(crate) async fn carry_out(
        &self,
        step: &Step,
        path: &str,
        scope: &mut Scope,
        journal: &mut Journal,
    ) -> Result<StepEnd, LetGo> {
        let attempts = match next(journal.step(path), step.on_interrupt) {
            Next::Done => Attempts::Ended(Box::new(record(step, path, journal))),
            Next::FailInterrupted => self.fail_interrupted(step, path, journal),
            Next::Attempt(attempt) => self.begin(step, path, attempt, scope, journal).await?,
        };
        let record = match attempts {
            Attempts::Ended(record) => record,
            Attempts::Pause(until) => return Ok(StepEnd::Pause(until)),
        };
        scope.set_step(
            &step.id,
            record.output.as_ref().unwrap_or(&Value::Null),
            record.status,
            record.error.as_ref(),
        );
        Ok(match record.status {
            StepStatus::Succeeded if is_return(step) => StepEnd::Return(record.output.unwrap_or(Value::Null)),
            StepStatus::Failed if !step.continue_on_error => {
                StepEnd::Failed(record.error.unwrap_or_else(|| error("failed", "the step failed")))
            }
            _ => StepEnd::Next,
        })
    }

    async fn begin(
        &self,
        step: &Step,
        path: &str,
        first: u32,
        scope: &Scope,
        journal: &mut Journal,
    ) -> Result<Attempts, LetGo> {
        let mut record = record(step, path, journal);
        record.started_at.get_or_insert_with(|| self.clock.now());
        let input = match self.prepare(step, scope) {
            Ok(Some(input)) => input,
            Ok(None) => return Ok(self.ended(record, StepStatus::Skipped, journal)),
            Err(failure) => {
                record.attempts = first;
                record.error = Some(failure);
                return Ok(self.ended(record, StepStatus::Failed, journal));
            }
        };
        record.input = Some(self.redacted(input.clone()));
        record.attempts = first;
        loop {
            let failure = match self.attempt(step, &input, &mut record, journal).await? {
                Ok(outcome) => {
                    let (Outcome::Output(output) | Outcome::Return(output)) = outcome;
                    record.output = Some(output);
                    record.error = None;
                    return Ok(self.ended(record, StepStatus::Succeeded, journal));
                }
                Err(failure) => failure,
            };
            record.error = Some(self.redacted_error(failure.error));
            let Some(pause) = step.retry.pause_after(record.attempts).filter(|_| failure.retryable) else {
                return Ok(self.ended(record, StepStatus::Failed, journal));
            };
            // The vendor's word is a lower bound, within reason: coming earlier would only be refused again.
            let pause = pause.max(failure.retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER));
            record.status = StepStatus::Waiting;
            journal.note(record.clone());
            if pause > LONGEST_PAUSE_IN_MEMORY {
                return Ok(Attempts::Pause(self.clock.now().plus(pause)));
            }
            journal.flush().await?;
            tokio::time::sleep(pause).await;
            record.attempts += 1;
        }
    }

    /// The rendered input, or nothing where the step's condition is false.
    fn prepare(&self, step: &Step, scope: &Scope) -> Result<Option<Value>, StepError> {
        let expression = |failure: bellhop_workflow::expression::ExpressionError| {
            self.redacted_error(error("expression", &failure.to_string()))
        };
        if let Some(condition) = &step.condition
            && !condition.test(scope).map_err(expression)?
        {
            return Ok(None);
        }
        let Action::Uses { with, .. } = &step.action else { return Ok(None) };
        with.render(scope).map(Some).map_err(expression)
    }

    async fn attempt(
        &self,
        step: &Step,
        input: &Value,
        record: &mut StepRecord,
        journal: &mut Journal,
    ) -> Result<Result<Outcome, StepFailure>, LetGo> {
        let Action::Uses { kind, .. } = &step.action else {
            return Ok(Ok(Outcome::Output(Value::Null)));
        };
        if !kind.is_pure() {
            record.status = StepStatus::Running;
            journal.note(record.clone());
            journal.flush().await?;
        }
        let key = format!("{}:{}", self.execution, record.path);
        let call = Call {
            kind: *kind,
            input,
            idempotency_key: &key,
            timeout: step.timeout.unwrap_or(DEFAULT_TIMEOUT),
            log: &mut record.logs,
            now: self.clock.now(),
            started_at: record.started_at.unwrap_or_else(|| self.clock.now()),
            scope: None,
        };
        // Boxed: an HTTP call's future is large, and most steps are none.
        Ok(Box::pin(self.runner.run(call)).await)
    }

    fn fail_interrupted(&self, step: &Step, path: &str, journal: &mut Journal) -> Attempts {
        let mut record = record(step, path, journal);
        record.error = Some(error(
            "interrupted",
            "the server ended while this step was under way, and it says `on_interrupt: fail`",
        ));
        self.ended(record, StepStatus::Failed, journal)
    }

    fn ended(&self, mut record: StepRecord, status: StepStatus, journal: &mut Journal) -> Attempts {
        record.status = status;
        record.finished_at = Some(self.clock.now());
        journal.note(record.clone());
        Attempts::Ended(Box::new(record))
    }

    fn redacted(&self, mut value: Value) -> Value {
        self.redactor.redact_value(&mut value);
        value
    }

    fn redacted_error(&self, failure: StepError) -> StepError {
        StepError { message: self.redactor.redact(&failure.message).into_owned(), ..failure }
    }
}

/// What the journal says of a step, or the beginning of it.
fn record(step: &Step, path: &str, journal: &Journal) -> StepRecord {
    journal.step(path).cloned().unwrap_or_else(|| StepRecord {
        id: step.id.clone(),
        path: path.to_owned(),
        uses: step.action.as_str().to_owned(),
        status: StepStatus::Pending,
        attempts: 0,
        input: None,
        output: None,
        error: None,
        logs: Vec::new(),
        started_at: None,
        finished_at: None,
    })
}

fn is_return(step: &Step) -> bool {
    matches!(step.action, Action::Uses { kind: StepKind::Return, .. })
}

fn error(kind: &str, message: &str) -> StepError {
    StepError { kind: kind.to_owned(), message: message.to_owned(), status: None }
}
