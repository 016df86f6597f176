//! Where a journal is kept: the database, or nowhere but in memory.

use bellhop_storage::{Ending, FinishedExecution, NodeId, Store, StoreError, SuspendedExecution, WriteError};
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::StepRecord;
use bellhop_workflow::time::Timestamp;
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::LetGo;
use super::patience::Patience;

/// Makes records durable.
pub(crate) trait Sink: Send + Sync {
    /// Tries once, and returns when they are durable. Records that were written before are the same records when they
    /// are written again.
    fn append(&self, records: Vec<StepRecord>) -> BoxFuture<'_, Result<(), NotWritten>>;
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
}

impl Sink for StoreSink {
    fn append(&self, records: Vec<StepRecord>) -> BoxFuture<'_, Result<(), NotWritten>> {
        async move { Ok(self.store.append_journal(self.execution, self.node, records).await?) }.boxed()
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
        let end = FinishedExecution { id: self.execution, records, ending, finished_at };
        self.until_written(|| self.store.finish(self.node, end.clone())).await
    }

    /// Puts the execution aside until then, or until something outside happens, with what was noted last, in one
    /// commit.
    pub(crate) async fn suspend(
        &self,
        records: Vec<StepRecord>,
        until: Option<Timestamp>,
    ) -> Result<(), LetGo> {
        let rest = SuspendedExecution { id: self.execution, records, wake_at: until };
        self.until_written(|| self.store.suspend(self.node, rest.clone())).await
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
