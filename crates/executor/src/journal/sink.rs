//! Where a journal is kept: the database, or nowhere but in memory.

use std::time::Duration;

use bellhop_storage::{Ending, FinishedExecution, NodeId, Store, StoreError, SuspendedExecution, WriteError};
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::StepRecord;
use bellhop_workflow::time::Timestamp;
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::LetGo;

/// The pauses between tries to write while the database does not take it.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Makes records durable.
pub(crate) trait Sink: Send + Sync {
    /// Returns once they are. Records that were written before are the same records when they are written again.
    fn append(&self, records: Vec<StepRecord>) -> BoxFuture<'_, Result<(), LetGo>>;
}

/// Nothing outlives the process: for rehearsals.
pub(crate) struct Nowhere;

impl Sink for Nowhere {
    fn append(&self, _: Vec<StepRecord>) -> BoxFuture<'_, Result<(), LetGo>> {
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
    fn append(&self, records: Vec<StepRecord>) -> BoxFuture<'_, Result<(), LetGo>> {
        async move {
            self.until_written(|| self.store.append_journal(self.execution, self.node, records.clone())).await
        }
        .boxed()
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

    /// Tries until the database takes it. What an effect gave is known only here until then, so giving up would mean
    /// to run it again; only a lost lease ends the tries, or a store that was closed for good.
    pub(crate) async fn until_written<T, F, W>(&self, mut write: F) -> Result<T, LetGo>
    where
        F: FnMut() -> W,
        W: Future<Output = Result<T, WriteError>>,
    {
        let mut pause = FIRST_PAUSE;
        loop {
            match write().await {
                Ok(written) => return Ok(written),
                Err(WriteError::LeaseLost) => return Err(LetGo::Lost),
                Err(WriteError::Store(StoreError::Closed)) => return Err(LetGo::Closed),
                Err(error) => {
                    tracing::error!(
                        execution = %self.execution,
                        error = &error as &dyn std::error::Error,
                        "journal not written, will try again"
                    );
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }
}
