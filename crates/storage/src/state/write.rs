//! Changing keys, exactly once: the change and the step's record are in one commit.

use std::fmt;
use std::sync::Arc;

use bellhop_workflow::ids::{ExecutionId, WorkflowId};
use bellhop_workflow::journal::StepRecord;
use bellhop_workflow::time::Timestamp;
use serde_json::Value;

use super::{StateChange, StateError};
use crate::error::WriteError;
use crate::node::NodeId;
use crate::store::Store;
use crate::text;
use crate::writer::{Entry, Extra, StateEntry, Verdict};

/// Makes the step's last record of what the change gives. It is called by the task that everyone's commits wait for:
/// it only puts values together.
#[derive(Clone)]
pub struct ToRecord(Arc<dyn Fn(Value) -> StepRecord + Send + Sync>);

impl ToRecord {
    /// What `make` makes of it.
    pub fn new(make: impl Fn(Value) -> StepRecord + Send + Sync + 'static) -> Self {
        Self(Arc::new(make))
    }

    /// `record` with what the change gives as its output.
    #[must_use]
    pub fn with_output(record: StepRecord) -> Self {
        Self::new(move |output| StepRecord { output: Some(output), ..record.clone() })
    }

    pub(crate) fn make(&self, output: Value) -> StepRecord {
        (self.0)(output)
    }
}

impl fmt::Debug for ToRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ToRecord")
    }
}

/// A step's change of a durable key.
#[derive(Debug, Clone)]
pub struct StateWrite {
    /// Whose step it is.
    pub execution: ExecutionId,
    /// Whose key it is.
    pub workflow: WorkflowId,
    /// The step's path.
    pub path: String,
    /// What is to be done.
    pub change: StateChange,
    /// Makes the step's last record.
    pub record: ToRecord,
    /// What is to go to the journal before it, with the same commit.
    pub before: Vec<StepRecord>,
    /// When it is done.
    pub at: Timestamp,
    /// Whether it was tried before and the try ended in an error: it may have gone through all the same, so the journal
    /// is asked first.
    pub again: bool,
}

impl Store {
    /// Changes a durable key for a step of an execution that `node` holds, in one commit with the step's last record,
    /// and gives that record. Where the change is not possible, nothing is written.
    pub async fn apply_state(
        &self,
        node: NodeId,
        write: StateWrite,
    ) -> Result<Result<StepRecord, StateError>, WriteError> {
        if let Err(refused) = write.change.check() {
            return Ok(Err(refused));
        }
        let state = StateEntry {
            workflow_id: write.workflow.as_uuid(),
            key: text::storable(&write.change.key),
            change: write.change,
            path: write.path,
            record: write.record,
            before: write.before,
            at: write.at.as_micros(),
            again: write.again,
        };
        let entry = Entry {
            execution: write.execution.as_uuid(),
            node: node.as_uuid(),
            records: None,
            change: None,
            extra: Some(Extra::State(state)),
        };
        match self.writer().write(entry).await? {
            Verdict::State(applied) => Ok(applied.map(|record| *record)),
            Verdict::Lost | Verdict::Written => Err(WriteError::LeaseLost),
        }
    }
}
