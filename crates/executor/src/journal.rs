//! When what is known must be durable.
//!
//! Pure steps need no commit of their own: they give the same again over what is journalled. Before an effect
//! begins, all that it depends on is written, together with the word that it begins; so each effect costs one commit,
//! which it shares with every other execution's of the moment.

use std::time::Duration;

use bellhop_storage::{Ending, FinishedExecution, NodeId, Store, StoreError, SuspendedExecution, WriteError};
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::StepRecord;
use bellhop_workflow::time::Timestamp;

/// Why an execution is let go of before its end. Whoever claims it next goes on from its journal.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LetGo {
    /// The lease was lost, and nothing more may be done for it here.
    #[error("another node has taken it over")]
    Lost,
    /// This process can write nothing more.
    #[error("the store was closed")]
    Closed,
    /// The database did not give what it takes to begin.
    #[error("its workflow cannot be read")]
    Unread(#[source] StoreError),
}

/// The pauses between tries to write while the database does not take it.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What is known of one execution's steps, durable or about to be.
pub(crate) struct Journal {
    store: Store,
    node: NodeId,
    execution: ExecutionId,
    steps: Vec<StepRecord>,
    pending: Vec<StepRecord>,
}

impl Journal {
    /// Goes on from what earlier claims of the execution have written.
    pub(crate) fn new(store: Store, node: NodeId, execution: ExecutionId, steps: Vec<StepRecord>) -> Self {
        Self { store, node, execution, steps, pending: Vec::new() }
    }

    /// The last record of a step.
    pub(crate) fn step(&self, path: &str) -> Option<&StepRecord> {
        self.steps.iter().find(|record| record.path == path)
    }

    /// The step that was begun and has not ended, if there is one.
    pub(crate) fn unfinished(&self) -> Option<StepRecord> {
        self.steps.iter().find(|record| !record.status.is_final()).cloned()
    }

    /// Notes a step's new state, durable with the next commit.
    pub(crate) fn note(&mut self, record: StepRecord) {
        put(&mut self.pending, record.clone());
        put(&mut self.steps, record);
    }

    /// Makes durable what was noted.
    pub(crate) async fn flush(&mut self) -> Result<(), LetGo> {
        if self.pending.is_empty() {
            return Ok(());
        }
        until_written(self.execution, || {
            self.store.append_journal(self.execution, self.node, self.pending.clone())
        })
        .await?;
        // Only now: a time-out may cut the wait short, and what was finished before it belongs to the end's commit.
        // Written twice, a record is the same record.
        self.pending.clear();
        Ok(())
    }

    /// Ends the execution, with what was noted last, in one commit.
    pub(crate) async fn finish(self, ending: Ending, finished_at: Timestamp) -> Result<(), LetGo> {
        let end = FinishedExecution { id: self.execution, records: self.pending, ending, finished_at };
        until_written(self.execution, || self.store.finish(self.node, end.clone())).await
    }

    /// Puts the execution aside until then, with what was noted last, in one commit.
    pub(crate) async fn suspend(self, until: Timestamp) -> Result<(), LetGo> {
        let rest = SuspendedExecution { id: self.execution, records: self.pending, wake_at: Some(until) };
        until_written(self.execution, || self.store.suspend(self.node, rest.clone())).await
    }
}

/// A step has one record: what it was before need not be written any more.
fn put(records: &mut Vec<StepRecord>, record: StepRecord) {
    match records.iter_mut().find(|known| known.path == record.path) {
        Some(known) => *known = record,
        None => records.push(record),
    }
}

/// Tries until the database takes it. What an effect gave is known only here until then, so giving up would mean to
/// run it again; only a lost lease ends the tries, or a store that was closed for good.
async fn until_written<F, W>(execution: ExecutionId, mut write: F) -> Result<(), LetGo>
where
    F: FnMut() -> W,
    W: Future<Output = Result<(), WriteError>>,
{
    let mut pause = FIRST_PAUSE;
    loop {
        match write().await {
            Ok(()) => return Ok(()),
            Err(WriteError::LeaseLost) => return Err(LetGo::Lost),
            Err(WriteError::Store(StoreError::Closed)) => return Err(LetGo::Closed),
            Err(error) => {
                tracing::error!(%execution, error = &error as &dyn std::error::Error, "journal not written, will try again");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}
