//! What one commit writes, and who is told of it.

use uuid::Uuid;

use super::blocks::Blocks;
use super::commit::{Written, commit};
use super::entries::{Change, Verdict};
use super::{Entry, FiringRow, IntakeRow, Job, Message};
use crate::claim::{Claim, Taken};
use crate::connect::Pool;
use crate::error::{MOST_DEADLOCKS, StoreError};
use crate::executions::Recorded;
use crate::health::Health;
use crate::meters::StoreMeters;
use crate::work::Commits;

#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) intakes: Vec<Job<Box<IntakeRow>, Recorded>>,
    pub(super) entries: Vec<Job<Box<Entry>, Verdict>>,
    pub(super) claims: Vec<Job<Claim, Taken>>,
    pub(super) firings: Vec<Job<Box<FiringRow>, bool>>,
}

impl Batch {
    pub(super) fn from_messages(messages: impl IntoIterator<Item = Message>) -> Self {
        let mut batch = Self::default();
        for message in messages {
            match message {
                Message::Intake(job) => batch.intakes.push(job),
                Message::Entry(job) => batch.entries.push(job),
                // A lease for somebody who has gone away would only keep others from the execution.
                Message::Claim(job) if job.answer.is_closed() => {}
                Message::Claim(job) => batch.claims.push(job),
                Message::Firing(job) => batch.firings.push(job),
            }
        }
        batch
    }

    /// Writes it in one commit and answers everyone. Gives the error where the database takes nothing at present.
    ///
    /// Where the database refuses something of what is to be written, each caller gets a commit of their own: one bad
    /// row must not be the fate of hundreds that merely came at the same time.
    pub(super) async fn write(
        self,
        pool: &Pool,
        blocks: &mut Blocks,
        commits: &Commits,
        health: &Health,
        meters: &StoreMeters,
    ) -> Result<(), StoreError> {
        let mut committed = commit(pool, blocks, &self).await;
        let mut deadlocks = 0;
        while deadlocks < MOST_DEADLOCKS
            && committed.as_ref().is_err_and(|error| error.is_a_deadlock(pool.dialect()))
        {
            // Another's transaction has gone through in its stead.
            deadlocks += 1;
            committed = commit(pool, blocks, &self).await;
        }
        match committed {
            Ok(written) => {
                health.wrote();
                self.answer(written, commits, meters);
            }
            Err(error) if self.len() > 1 && error.is_about_the_data(pool.dialect()) => {
                for single in self.split() {
                    match commit(pool, blocks, &single).await {
                        Ok(written) => single.answer(written, commits, meters),
                        Err(error) => single.fail(&health.failed(error)),
                    }
                }
            }
            Err(error) => {
                let error = health.failed(error);
                self.fail(&error);
                return Err(error);
            }
        }
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.intakes.len() + self.entries.len() + self.claims.len() + self.firings.len()
    }

    fn split(self) -> impl Iterator<Item = Self> {
        let intakes = self.intakes.into_iter().map(|job| Self { intakes: vec![job], ..Self::default() });
        let entries = self.entries.into_iter().map(|job| Self { entries: vec![job], ..Self::default() });
        let claims = self.claims.into_iter().map(|job| Self { claims: vec![job], ..Self::default() });
        let firings = self.firings.into_iter().map(|job| Self { firings: vec![job], ..Self::default() });
        intakes.chain(entries).chain(claims).chain(firings)
    }

    fn answer(self, written: Written, commits: &Commits, meters: &StoreMeters) {
        self.count(&written, meters);
        let accepted = || {
            let intakes = self.intakes.iter().zip(&written.recorded);
            intakes
                .filter(|(_, recorded)| matches!(recorded, Recorded::Accepted(_)))
                .map(|(job, _)| &job.work)
        };
        // One that waits from its birth on is due later, which nodes have to know of.
        let is_to_claim =
            |row: &IntakeRow| row.born().is_none_or(|born| born.lease.is_none() && born.due_at().is_some());
        if written.woken || written.fired.contains(&true) || accepted().any(|row| is_to_claim(row)) {
            commits.started.send_replace(());
        }
        let born_ended = || accepted().filter(|row| row.born().is_some_and(|born| born.status().is_final()));
        let done = || {
            let entries = self.entries.iter().zip(&written.verdicts);
            entries.filter(|(_, verdict)| !matches!(verdict, Verdict::Lost)).map(|(job, _)| &job.work)
        };
        let told =
            done().filter(|entry| entry.is_an_end() || entry.is_an_answer()).map(|entry| entry.execution);
        commits.watched.tell(told.chain(born_ended().filter_map(|row| row.execution_id())));
        commits.changes.tell(|| {
            let fired = self.firings.iter().zip(&written.fired).filter(|(_, fired)| **fired);
            let fired =
                fired.flat_map(|(job, _)| job.work.executions.iter().filter_map(IntakeRow::execution_id));
            let claimed = written.claimed.iter().flat_map(|taken| taken.columns.iter().map(|row| row.id));
            let started = accepted().filter_map(|row| row.execution_id());
            done().map(|entry| entry.execution).chain(started).chain(fired).chain(claimed)
        });
        if done().any(|entry| entry.is_an_end()) || born_ended().next().is_some() {
            commits.finished.send_replace(());
        }
        if done().any(|entry| entry.is_an_answer()) {
            commits.answered.send_replace(());
        }
        answer(self.intakes, written.recorded);
        answer(self.entries, written.verdicts);
        answer(self.claims, written.claimed);
        answer(self.firings, written.fired);
    }

    /// Counts the executions that it has brought or ended.
    fn count(&self, written: &Written, meters: &StoreMeters) {
        let intakes =
            self.intakes.iter().zip(&written.recorded).map(|(job, recorded)| (&*job.work, *recorded));
        let accepted = intakes.filter(|(_, recorded)| matches!(recorded, Recorded::Accepted(_)));
        let fired = self.firings.iter().zip(&written.fired).filter(|(_, fired)| **fired);
        let by_schedules = fired.flat_map(|(job, _)| &job.work.executions);
        for row in accepted.map(|(row, _)| row).chain(by_schedules) {
            if let Some(trigger) = row.trigger_kind() {
                meters.started(trigger);
            }
            let change = row.born().and_then(|born| born.change.as_ref());
            count_end(row.execution_id(), change, meters);
        }
        for (job, verdict) in self.entries.iter().zip(&written.verdicts) {
            if !matches!(verdict, Verdict::Lost) {
                count_end(Some(job.work.execution), job.work.change.as_ref(), meters);
            }
        }
    }

    /// Tells everyone that nothing was written.
    pub(super) fn fail(self, error: &StoreError) {
        fail(self.intakes, error);
        fail(self.entries, error);
        fail(self.claims, error);
        fail(self.firings, error);
    }
}

fn count_end(execution: Option<Uuid>, change: Option<&Change>, meters: &StoreMeters) {
    if let (Some(execution), Some(change)) = (execution, change)
        && let Some(at) = change.finished_at.filter(|_| change.status.is_final())
    {
        meters.ended(execution, change.status, at);
    }
}

/// Whoever has stopped waiting is not told: what they asked for is done all the same.
fn answer<T, A>(jobs: Vec<Job<T, A>>, answers: Vec<A>) {
    for (job, answer) in jobs.into_iter().zip(answers) {
        drop(job.answer.send(Ok(answer)));
    }
}

fn fail<T, A>(jobs: Vec<Job<T, A>>, error: &StoreError) {
    for job in jobs {
        drop(job.answer.send(Err(error.clone())));
    }
}
