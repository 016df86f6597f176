//! One attempt of a single step: what is durable before it begins, and what it waits for.

use bellhop_steps::{Outcome, StepFailure};
use bellhop_workflow::expression::Scope;
use bellhop_workflow::journal::{StepRecord, StepStatus};
use bellhop_workflow::model::{Step, StepKind};
use bellhop_workflow::time::Timestamp;
use serde_json::Value;

use super::Interpreter;
use super::single::LONGEST_RETRY_AFTER;
use crate::journal::LetGo;
use crate::world::{Attempt, Progress};

/// How many steps an execution has that takes its time, however quick each of them is.
const LONG: usize = 64;

/// What came of an attempt.
pub(super) enum Attempted {
    /// It has ended.
    Ended(Result<Outcome, StepFailure>),
    /// It has ended, and its last record is in the journal.
    Written,
    /// It goes on at this instant, or when something outside happens.
    Waits(Option<Timestamp>),
}

impl Interpreter<'_> {
    /// Makes the attempt that the record says. Where the other side wants no more requests for now, it is made when that
    /// is over, and is the same attempt still.
    pub(super) async fn attempt(
        &self,
        step: &Step,
        kind: StepKind,
        input: &Value,
        record: &mut StepRecord,
        scope: &Scope,
    ) -> Result<Attempted, LetGo> {
        if kind == StepKind::Sleep && !self.world.is_mocked(step) {
            return self.sleep(input, record).await;
        }
        if let Some(until) = self.world.held_until(kind, input)
            && may_hold(record, until)
            && !self.hold(record, until).await?
        {
            return Ok(Attempted::Waits(Some(until)));
        }
        loop {
            let deadline = deadline(step, kind, record);
            let now = self.clock.now();
            let is_late = deadline.is_some_and(|deadline| deadline <= now);
            self.announce(kind, record).await?;
            let key = format!("{}:{}", self.execution, record.path);
            let attempt =
                Attempt { step, kind, input, scope, key: &key, now, is_late, journal: self.journal, record };
            match self.world.attempt(attempt).await? {
                Progress::Ended(outcome) => return Ok(Attempted::Ended(outcome)),
                Progress::Written => return Ok(Attempted::Written),
                Progress::Held(until, failure) => {
                    if !may_hold(record, until) {
                        return Ok(Attempted::Ended(Err(failure)));
                    }
                    if !self.hold(record, until).await? {
                        return Ok(Attempted::Waits(Some(until)));
                    }
                }
                Progress::Until(until) => {
                    record.error = None;
                    self.put_aside(record, Some(until));
                    return Ok(Attempted::Waits(Some(until)));
                }
                Progress::Waits if is_late => {
                    return Ok(Attempted::Ended(Err(StepFailure::nothing_happened())));
                }
                Progress::Waits => {
                    record.error = None;
                    self.put_aside(record, deadline);
                    return Ok(Attempted::Waits(deadline));
                }
            }
        }
    }

    /// Makes it durable that the attempt begins, where that has to be.
    async fn announce(&self, kind: StepKind, record: &mut StepRecord) -> Result<(), LetGo> {
        // What waits was announced before it began to, unless it was held off from beginning.
        let goes_on = record.status == StepStatus::Waiting && !self.world.may_be_held(kind);
        if goes_on || !must_be_announced(kind) {
            // Whoever brought the event is not to wait for what may take its time.
            let takes_time =
                matches!(kind, StepKind::Script | StepKind::WaitFor) || self.journal.len() >= LONG;
            return if takes_time { self.journal.flush_unborn().await } else { Ok(()) };
        }
        record.status = StepStatus::Running;
        record.wakes_at = None;
        // What an earlier claim has said of the very same attempt is not said again: a journal that grows is one that got
        // on.
        if self.journal.look(&record.path, |known| known == record) != Some(true) {
            self.journal.note(record.clone());
        }
        self.journal.flush().await
    }

    /// Waits until then, where that is soon; false where the execution has to be put aside.
    async fn hold(&self, record: &mut StepRecord, until: Timestamp) -> Result<bool, LetGo> {
        record.error = None;
        self.put_aside(record, Some(until));
        self.wait(until).await
    }
}

/// Whether an attempt may be put off until then. One that has been for long is made, and fails as it may.
fn may_hold(record: &StepRecord, until: Timestamp) -> bool {
    let begun = record.attempt_started_at.or(record.started_at);
    begun.is_none_or(|begun| until <= begun.plus(LONGEST_RETRY_AFTER))
}

/// Until when a step may wait for something outside.
fn deadline(step: &Step, kind: StepKind, record: &StepRecord) -> Option<Timestamp> {
    if !matches!(kind, StepKind::WaitFor | StepKind::Workflow) {
        return None;
    }
    Some(record.attempt_started_at.or(record.started_at)?.plus(step.timeout?))
}

/// Whether it must be durable that an attempt begins before it does. Pure steps need no such word, what waits only looks
/// whether something has happened, and `state` and `respond` are durable in one commit with their last record.
fn must_be_announced(kind: StepKind) -> bool {
    !kind.is_pure() && !matches!(kind, StepKind::WaitFor | StepKind::State | StepKind::Respond)
}
