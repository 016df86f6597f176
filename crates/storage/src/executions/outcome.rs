//! What a node writes about an execution that it holds.
//!
//! Each of these says who holds the lease, and is refused where that is no longer so: a node that was slow must not
//! write over the one that has taken its work.

use bellhop_workflow::execution::{ExecutionError, ExecutionStatus};
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::StepRecord;
use bellhop_workflow::time::Timestamp;
use serde_json::Value;

use crate::error::{StoreError, WriteError};
use crate::journal;
use crate::json;
use crate::node::NodeId;
use crate::store::Store;
use crate::writer::{Change, Entry, Verdict};

/// How an execution ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// Well, with an output where a step returned one.
    Succeeded(Option<Value>),
    /// With an error.
    Failed(ExecutionError),
    /// By somebody's wish, which the error says.
    Cancelled(ExecutionError),
}

/// An execution that has come to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct FinishedExecution {
    /// Which.
    pub id: ExecutionId,
    /// What is to go to its journal with the same commit.
    pub records: Vec<StepRecord>,
    /// How it ended.
    pub ending: Ending,
    /// When.
    pub finished_at: Timestamp,
}

/// An execution that is put aside, so that it holds a row and no task.
#[derive(Debug, Clone, PartialEq)]
pub struct SuspendedExecution {
    /// Which.
    pub id: ExecutionId,
    /// What is to go to its journal with the same commit.
    pub records: Vec<StepRecord>,
    /// When it goes on; none where something outside must happen first.
    pub wake_at: Option<Timestamp>,
}

impl Change {
    /// It has ended.
    pub(crate) fn end(ending: &Ending, at: Timestamp) -> Result<Self, StoreError> {
        let (status, output, error) = match ending {
            Ending::Succeeded(output) => (ExecutionStatus::Succeeded, output.as_ref(), None),
            Ending::Failed(error) => (ExecutionStatus::Failed, None, Some(error)),
            Ending::Cancelled(error) => (ExecutionStatus::Cancelled, None, Some(error)),
        };
        Ok(Self {
            status,
            output: json::to_text_option(output)?,
            error: json::to_text_option(error)?,
            due_at: None,
            finished_at: Some(at.as_micros()),
        })
    }

    /// It is put aside until then, or until something outside happens.
    pub(crate) fn waiting(until: Option<Timestamp>) -> Self {
        Self {
            status: ExecutionStatus::Waiting,
            output: None,
            error: None,
            due_at: until.map(Timestamp::as_micros),
            finished_at: None,
        }
    }
}

impl Store {
    /// Adds to the journal of an execution that `node` holds, in one commit with whatever else waits, and returns once
    /// that is on disk. Without records it does nothing.
    pub async fn append_journal(
        &self,
        execution: ExecutionId,
        node: NodeId,
        records: Vec<StepRecord>,
    ) -> Result<(), WriteError> {
        if records.is_empty() {
            return Ok(());
        }
        self.write(execution, node, &records, None).await
    }

    /// Ends an execution that `node` holds, and gives its lease back. With the same commit the execution that may wait
    /// for it is woken, and the next one takes its turn at its gate.
    pub async fn finish(&self, node: NodeId, finished: FinishedExecution) -> Result<(), WriteError> {
        let change = Change::end(&finished.ending, finished.finished_at)?;
        self.write(finished.id, node, &finished.records, Some(change)).await
    }

    /// Puts an execution aside that `node` holds, and gives its lease back. Where something that it may wait for has
    /// happened since it was claimed, it is due at once.
    pub async fn suspend(&self, node: NodeId, suspended: SuspendedExecution) -> Result<(), WriteError> {
        let change = Change::waiting(suspended.wake_at);
        self.write(suspended.id, node, &suspended.records, Some(change)).await
    }

    async fn write(
        &self,
        execution: ExecutionId,
        node: NodeId,
        records: &[StepRecord],
        change: Option<Change>,
    ) -> Result<(), WriteError> {
        let records = if records.is_empty() { None } else { Some(journal::to_stored(records)?) };
        let entry =
            Entry { execution: execution.as_uuid(), node: node.as_uuid(), records, change, extra: None };
        match self.writer().write(entry).await? {
            Verdict::Lost => Err(WriteError::LeaseLost),
            Verdict::Written | Verdict::State(_) => Ok(()),
        }
    }
}
