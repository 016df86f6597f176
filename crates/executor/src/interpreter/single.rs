//! One single step with its retries: from what the journal says of it to its end.

use std::time::Duration;

use bellhop_steps::Outcome;
use bellhop_workflow::expression::{Scope, TemplateTree};
use bellhop_workflow::journal::{StepError, StepRecord, StepStatus};
use bellhop_workflow::model::{OnInterrupt, Step, StepKind};
use bellhop_workflow::time::Timestamp;
use serde_json::Value;

use super::attempt::Attempted;
use super::resume::{Next, next};
use super::{End, Interpreter, new_record};
use crate::journal::LetGo;
use crate::world::error;

/// How long a vendor's `retry-after` is obeyed. Beyond it, a mistake is likelier than a wish.
pub(super) const LONGEST_RETRY_AFTER: Duration = Duration::from_hours(1);

impl Interpreter<'_> {
    /// Brings one step to its end, or to a pause, and what it left into the scope. True where it ran, false where it
    /// was skipped.
    pub(super) async fn single(
        &self,
        step: &Step,
        kind: StepKind,
        with: &TemplateTree,
        path: &str,
        scope: &mut Scope,
    ) -> Result<End<bool>, LetGo> {
        let known = self.journal.step(path);
        let next = next(known.as_ref());
        let mut record = known.unwrap_or_else(|| new_record(step, path));
        let (attempt, is_new) = match next {
            Next::Done => {
                Self::show(step, &record, scope);
                return Ok(self.end_of(step, &record));
            }
            Next::Interrupted(_) if step.on_interrupt == OnInterrupt::Fail => {
                record.error = Some(error(
                    "interrupted",
                    "the server ended while this step was under way, and it says `on_interrupt: fail`",
                ));
                return Ok(self.close(step, record, StepStatus::Failed, scope));
            }
            Next::Interrupted(attempt) | Next::GoOn(attempt) => (attempt, false),
            Next::Begin(attempt) => (attempt, true),
            Next::BeginAt(until, attempt) => {
                if let Some(until) = until
                    && !self.wait(until).await?
                {
                    return Ok(End::Pause(Some(until)));
                }
                (attempt, true)
            }
        };
        record.started_at.get_or_insert_with(|| self.clock.now());
        let input = match self.prepare(step, with, &record, scope) {
            Ok(Some(input)) => input,
            Ok(None) => return Ok(self.close(step, record, StepStatus::Skipped, scope)),
            Err(failure) => {
                record.attempts = attempt;
                record.error = Some(failure);
                return Ok(self.close(step, record, StepStatus::Failed, scope));
            }
        };
        record.input = Some(self.redacted(input.clone()));
        if is_new {
            self.begin(&mut record, attempt);
        }
        self.attempts(step, kind, &input, record, scope).await
    }

    /// Makes the attempt that the record says, and those after it.
    async fn attempts(
        &self,
        step: &Step,
        kind: StepKind,
        input: &Value,
        mut record: StepRecord,
        scope: &mut Scope,
    ) -> Result<End<bool>, LetGo> {
        loop {
            let failure = match self.attempt(step, kind, input, &mut record, scope).await? {
                Attempted::Ended(Ok(Outcome::Output(output) | Outcome::Return(output))) => {
                    record.output = Some(output);
                    record.error = None;
                    return Ok(self.close(step, record, StepStatus::Succeeded, scope));
                }
                Attempted::Ended(Err(failure)) => failure,
                Attempted::Written => {
                    let record = self.journal.step(&record.path).unwrap_or(record);
                    Self::show(step, &record, scope);
                    return Ok(self.end_of(step, &record));
                }
                Attempted::Waits(until) => return Ok(End::Pause(until)),
            };
            record.error = Some(self.redacted_error(failure.error));
            let Some(pause) = step.retry.pause_after(record.attempts).filter(|_| failure.retryable) else {
                return Ok(self.close(step, record, StepStatus::Failed, scope));
            };
            // The vendor's word is a lower bound, within reason: coming earlier would only be refused again.
            let pause = pause.max(failure.retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER));
            let until = self.clock.now().plus(pause);
            self.put_aside(&mut record, Some(until));
            if !self.wait(until).await? {
                return Ok(End::Pause(Some(until)));
            }
            let attempt = record.attempts + 1;
            self.begin(&mut record, attempt);
        }
    }

    /// Lets the history see that a step waits, where it does not yet.
    pub(super) fn put_aside(&self, record: &mut StepRecord, until: Option<Timestamp>) {
        record.status = StepStatus::Waiting;
        record.wakes_at = until;
        if self.journal.look(&record.path, |known| known == record) != Some(true) {
            self.journal.note(record.clone());
        }
    }

    /// The rendered input, or nothing where the step's condition is false.
    fn prepare(
        &self,
        step: &Step,
        with: &TemplateTree,
        record: &StepRecord,
        scope: &mut Scope,
    ) -> Result<Option<Value>, StepError> {
        // What has begun was wanted.
        if record.attempts == 0 && !self.is_wanted(step, record, scope)? {
            return Ok(None);
        }
        if !matches!(with, TemplateTree::Literal(_)) {
            self.tell_time(record, scope);
        }
        with.render(scope).map(Some).map_err(|failure| self.expression_error(&failure))
    }

    /// Ends a step.
    pub(super) fn close(
        &self,
        step: &Step,
        mut record: StepRecord,
        status: StepStatus,
        scope: &mut Scope,
    ) -> End<bool> {
        self.ended(&mut record, status);
        Self::show(step, &record, scope);
        let end = self.end_of(step, &record);
        self.journal.note(record);
        end
    }
}
