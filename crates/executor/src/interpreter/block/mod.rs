//! Control blocks: what they have in common.
//!
//! A block has a record like any step: when it began, how often, how it ended. What is inside has paths that begin with
//! the block's. `retry` and `timeout` apply to the whole of it: its second attempt is a new one from the beginning, with
//! paths of its own.
//!
//! # Adding a block
//! 1. A variant of [`Action`](bellhop_workflow::model::Action); the compiler names the places that must know it.
//! 2. A file here, whose function walks the lists inside over clones of the scope and says how that ended. It must
//!    decide by the journal and the order of the file, so that it decides the same when it is asked again.

mod branches;
mod for_each;
mod loop_block;
mod parallel;
mod switch;
mod try_block;

use bellhop_workflow::expression::Scope;
use bellhop_workflow::journal::{StepError, StepRecord, StepStatus};
use bellhop_workflow::model::{Action, Step};
pub(super) use bellhop_workflow::paths::{block_prefix, iteration_prefix, list_prefix};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::Value;

use super::resume::{Next, next};
use super::{End, Failure, Interpreter, Returned, new_record};
use crate::journal::LetGo;
use crate::world::error;

/// One attempt of a block.
#[derive(Debug, Clone, Copy)]
struct Place<'a> {
    /// The block's path.
    path: &'a str,
    /// Which attempt, counted from 1.
    attempt: u32,
}

impl Interpreter<'_> {
    /// Brings a block to its end, or to a pause, and what it left into the scope. True where it ran, false where it was
    /// skipped.
    pub(super) fn block<'a>(
        &'a self,
        step: &'a Step,
        path: &'a str,
        scope: &'a mut Scope,
    ) -> BoxFuture<'a, Result<End<bool>, LetGo>> {
        async move {
            let known = self.journal.step(path);
            let next = next(known.as_ref());
            let mut record = known.unwrap_or_else(|| new_record(step, path));
            match next {
                Next::Done => {
                    Self::show(step, &record, scope);
                    self.reveal_inside(step, path, record.attempts, scope);
                    return Ok(self.end_of(step, &record));
                }
                Next::Interrupted(_) | Next::GoOn(_) => {}
                Next::Begin(attempt) => {
                    if record.started_at.is_some() {
                        // Taken over from the execution that this one repeats: what is inside was worked out by when it
                        // began there, but its time is counted from here.
                        record.attempt_started_at = Some(self.clock.now());
                    }
                    record.started_at.get_or_insert_with(|| self.clock.now());
                    match self.is_wanted(step, &record, scope) {
                        Ok(true) => self.begin_block(&mut record, attempt),
                        Ok(false) => return Ok(self.close(step, record, StepStatus::Skipped, scope)),
                        Err(failure) => {
                            record.attempts = attempt;
                            record.error = Some(failure);
                            return Ok(self.close(step, record, StepStatus::Failed, scope));
                        }
                    }
                }
                Next::BeginAt(until, attempt) => {
                    if let Some(until) = until
                        && !self.wait(until).await?
                    {
                        return Ok(End::Pause(Some(until)));
                    }
                    self.begin_block(&mut record, attempt);
                }
            }
            self.block_attempts(step, record, scope).await
        }
        .boxed()
    }

    /// Makes the attempt that the record says, and those after it.
    async fn block_attempts(
        &self,
        step: &Step,
        mut record: StepRecord,
        scope: &mut Scope,
    ) -> Result<End<bool>, LetGo> {
        loop {
            let path = record.path.clone();
            let place = Place { path: &path, attempt: record.attempts };
            let begun = record.attempt_started_at.or(record.started_at);
            let deadline = begun.zip(step.timeout).map(|(begun, timeout)| begun.plus(timeout));
            // What the steps inside see of one another is none of the outside's business before the end.
            let mut inside = scope.clone();
            self.tell_time(&record, &mut inside);
            let failure = match self.within(deadline, self.body(&step.action, place, &inside)).await? {
                Some(End::Next(output)) => {
                    record.output = Some(output);
                    record.error = None;
                    return Ok(self.close_block(step, record, StepStatus::Succeeded, scope));
                }
                Some(End::Return(Returned { path, .. })) => {
                    record.error = None;
                    record.ended_by = Some(path);
                    return Ok(self.close_block(step, record, StepStatus::Succeeded, scope));
                }
                Some(End::Pause(until)) => return Ok(End::Pause(until)),
                Some(End::Failed(failure)) => failure,
                None => self.time_is_up(step, place),
            };
            let is_final = failure.error.kind == "interrupted";
            record.ended_by = failure.path.filter(|path| *path != record.path);
            record.error = Some(failure.error);
            // A step that must not be repeated is not repeated by its block either.
            let Some(pause) = step.retry.pause_after(record.attempts).filter(|_| !is_final) else {
                return Ok(self.close_block(step, record, StepStatus::Failed, scope));
            };
            let until = self.clock.now().plus(pause);
            self.put_aside(&mut record, Some(until));
            if !self.wait(until).await? {
                return Ok(End::Pause(Some(until)));
            }
            let attempt = record.attempts + 1;
            self.begin_block(&mut record, attempt);
        }
    }

    fn body<'a>(
        &'a self,
        action: &'a Action,
        place: Place<'a>,
        scope: &'a Scope,
    ) -> BoxFuture<'a, Result<End<Value>, LetGo>> {
        match action {
            Action::Parallel(parallel) => self.parallel(parallel, place, scope).boxed(),
            Action::ForEach(each) => self.for_each(each, place, scope).boxed(),
            Action::Switch(switch) => self.switch(switch, place, scope).boxed(),
            Action::Try(guarded) => self.guarded(guarded, place, scope).boxed(),
            Action::Loop(again) => self.again(again, place, scope).boxed(),
            Action::Uses { .. } => std::future::ready(Ok(End::Next(Value::Null))).boxed(),
        }
    }

    fn begin_block(&self, record: &mut StepRecord, attempt: u32) {
        self.begin(record, attempt);
        record.ended_by = None;
        record.status = StepStatus::Running;
        // Pure: it is written with the next commit.
        self.journal.note(record.clone());
    }

    fn close_block(
        &self,
        step: &Step,
        record: StepRecord,
        status: StepStatus,
        scope: &mut Scope,
    ) -> End<bool> {
        self.reveal_inside(step, &record.path, record.attempts, scope);
        self.close(step, record, status, scope)
    }

    fn time_is_up(&self, step: &Step, place: Place<'_>) -> Failure {
        let limit = step.timeout.unwrap_or_default();
        let error = error("timeout", format!("it took longer than its timeout of {limit:?}"));
        let prefix = block_prefix(place.path, place.attempt);
        let is_inside = |record: &StepRecord| record.path.starts_with(prefix.as_ref());
        self.journal.end_unfinished(is_inside, StepStatus::Cancelled, &error, self.clock.now());
        Self::own_failure(place, error)
    }

    /// The failure of the block itself.
    fn own_failure(place: Place<'_>, error: StepError) -> Failure {
        Failure { path: Some(place.path.to_owned()), attempt: place.attempt, error }
    }
}
