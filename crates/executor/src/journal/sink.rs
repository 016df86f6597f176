//! Where a journal is kept: the database, or nowhere but in memory.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bellhop_storage::{
    Birth, Ending, FinishedExecution, FirstWrite, NodeId, Store, StoreError, SuspendedExecution, WriteError,
};
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::StepRecord;
use bellhop_workflow::time::Timestamp;
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::LetGo;
use super::patience::Patience;
use crate::meters::ExecutorMeters;
use crate::trace::ExecutionTrace;

/// Makes records durable.
pub(crate) trait Sink: Send + Sync {
    /// Tries once, and returns when they are durable. Records that were written before are the same records when they
    /// are written again.
    fn append(&self, records: Vec<StepRecord>) -> BoxFuture<'_, Result<(), NotWritten>>;

    /// Counts a step that has come to be as the record says.
    fn count(&self, _: &StepRecord) {}

    /// Whether the execution itself is still to be written down, with whatever is written of it first.
    fn is_unborn(&self) -> bool {
        false
    }
}

/// Why something was not written, or may not have been.
#[derive(Debug)]
pub(crate) enum NotWritten {
    /// Nothing will be.
    LetGo(LetGo),
    /// The database did not take it. What an effect gave is known only here until it does, so giving up would mean to
    /// run it again.
    NotNow(WriteError),
}

impl From<WriteError> for NotWritten {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::NotRecorded => Self::LetGo(LetGo::NotRecorded),
            WriteError::LeaseLost => Self::LetGo(LetGo::Lost),
            WriteError::Store(StoreError::Closed) => Self::LetGo(LetGo::Closed),
            error => Self::NotNow(error),
        }
    }
}

/// Nothing outlives the process: for rehearsals.
pub(crate) struct Nowhere;

impl Sink for Nowhere {
    fn append(&self, _: Vec<StepRecord>) -> BoxFuture<'_, Result<(), NotWritten>> {
        std::future::ready(Ok(())).boxed()
    }
}

/// What a node writes about an execution that it holds.
#[derive(Clone)]
pub(crate) struct StoreSink {
    pub(crate) store: Store,
    pub(crate) node: NodeId,
    pub(crate) execution: ExecutionId,
    pub(crate) meters: Arc<ExecutorMeters>,
    /// Where somebody wants its spans.
    pub(crate) trace: Option<Arc<ExecutionTrace>>,
    /// Where it is born running: its first write, until that is made.
    pub(crate) birth: Arc<Mutex<Option<Birth>>>,
}

impl Sink for StoreSink {
    fn append(&self, records: Vec<StepRecord>) -> BoxFuture<'_, Result<(), NotWritten>> {
        async move {
            match self.take_birth() {
                Some(birth) => birth.record(&self.store, FirstWrite::Runs(records)).await?,
                None => self.store.append_journal(self.execution, self.node, records).await?,
            }
            Ok(())
        }
        .boxed()
    }

    fn count(&self, record: &StepRecord) {
        self.meters.step(record);
        if let Some(trace) = &self.trace {
            trace.step(record);
        }
    }

    fn is_unborn(&self) -> bool {
        self.birth().is_some()
    }
}

/// Why there is nothing to go on with after a first write that was not made: there is no execution.
fn let_go(error: WriteError) -> LetGo {
    match NotWritten::from(error) {
        NotWritten::LetGo(reason) => reason,
        NotWritten::NotNow(_) => LetGo::NotRecorded,
    }
}

impl StoreSink {
    /// Ends the execution, with what was noted last, in one commit.
    pub(crate) async fn finish(
        &self,
        records: Vec<StepRecord>,
        ending: Ending,
        finished_at: Timestamp,
    ) -> Result<(), LetGo> {
        let trace = self.trace.as_ref().map(|trace| (trace, trace.end(&ending, finished_at)));
        self.write_end(records, ending, finished_at).await?;
        if let Some((trace, end)) = trace {
            trace.ended(end);
        }
        Ok(())
    }

    async fn write_end(
        &self,
        records: Vec<StepRecord>,
        ending: Ending,
        finished_at: Timestamp,
    ) -> Result<(), LetGo> {
        if let Some(birth) = self.take_birth() {
            let written = birth.record(&self.store, FirstWrite::Ended(records, ending, finished_at)).await;
            return written.map_err(let_go);
        }
        let end = FinishedExecution { id: self.execution, records, ending, finished_at };
        Box::pin(self.until_written(|| self.store.finish(self.node, end.clone()))).await
    }

    /// Puts the execution aside until then, or until something outside happens, with what was noted last, in one
    /// commit.
    pub(crate) async fn suspend(
        &self,
        records: Vec<StepRecord>,
        until: Option<Timestamp>,
    ) -> Result<(), LetGo> {
        if let Some(birth) = self.take_birth() {
            return birth.record(&self.store, FirstWrite::Waits(records, until)).await.map_err(let_go);
        }
        let rest = SuspendedExecution { id: self.execution, records, wake_at: until };
        Box::pin(self.until_written(|| self.store.suspend(self.node, rest.clone()))).await
    }

    fn take_birth(&self) -> Option<Birth> {
        self.birth().take()
    }

    fn birth(&self) -> MutexGuard<'_, Option<Birth>> {
        // It is whole after any panic: taking it is one step.
        self.birth.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn until_written<F, W>(&self, mut write: F) -> Result<(), LetGo>
    where
        F: FnMut() -> W,
        W: Future<Output = Result<(), WriteError>>,
    {
        let mut patience = Patience::new(self.execution, "journal not written");
        loop {
            match write().await.map_err(NotWritten::from) {
                Ok(()) => return Ok(()),
                Err(NotWritten::LetGo(reason)) => return Err(reason),
                Err(NotWritten::NotNow(error)) => patience.wait(&error).await,
            }
        }
    }
}
