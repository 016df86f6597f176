//! What comes in: a delivery, an execution, or both.

use bellhop_workflow::event::EventHead;
use bellhop_workflow::ids::{DeliveryId, ExecutionId, TriggerId, Version, WorkflowId};
use bellhop_workflow::journal::StepRecord;
use bellhop_workflow::time::Timestamp;
use bellhop_workflow::trace::TraceContext;
use bytes::Bytes;
use serde_json::Value;

use crate::deliveries::NewDelivery;
use crate::error::StoreError;
use crate::executions::{Gate, Parent};
use crate::seats;
use crate::store::Store;

/// What is to be recorded together.
#[derive(Debug, Clone)]
pub struct Intake {
    /// What arrived; none where somebody starts an execution by hand.
    pub delivery: Option<NewDelivery>,
    /// What it starts; none where it was filtered or rejected.
    pub execution: Option<NewExecution>,
    /// The event's body as JSON, where whoever brings it has read it: a node that begins the execution at once need not
    /// read it again. It is what the body's bytes say.
    pub parsed: Option<Value>,
}

/// An execution that is to begin.
#[derive(Debug, Clone)]
pub struct NewExecution {
    /// Its id.
    pub id: ExecutionId,
    /// Which workflow.
    pub workflow_id: WorkflowId,
    /// Which version of it.
    pub version: Version,
    /// The trigger that starts it.
    pub trigger_id: Option<TriggerId>,
    /// That trigger's kind.
    pub trigger_kind: String,
    /// The same key starts a workflow once.
    pub dedup_key: Option<String>,
    /// What happened.
    pub event: Option<EventHead>,
    /// The event's body where there is no delivery to hold it.
    pub raw: Option<Bytes>,
    /// What it is given by hand.
    pub inputs: Option<Value>,
    /// The execution that it repeats.
    pub retry_of: Option<ExecutionId>,
    /// 1, and one more than the execution that it repeats.
    pub attempt: u32,
    /// The delivery that it replays.
    pub replay_of: Option<DeliveryId>,
    /// When it is recorded, and from when on it may be claimed.
    pub created_at: Timestamp,
    /// The step that starts it, which is told of its end.
    pub parent: Option<Parent>,
    /// What it is counted by; none where any number of them may run at once.
    pub gate: Option<Gate>,
    /// What its masked fields held, sealed.
    pub sealed: Option<Vec<u8>>,
    /// The trace that it belongs to, at the span that it is a child of; none where it begins one.
    pub trace: Option<TraceContext>,
    /// What its journal begins with: the steps that it takes over from the execution that it repeats.
    pub steps: Vec<StepRecord>,
}

impl NewExecution {
    /// One that repeats no other, with nothing but that.
    #[must_use]
    pub fn new(
        id: ExecutionId,
        workflow_id: WorkflowId,
        version: Version,
        trigger_kind: &str,
        created_at: Timestamp,
    ) -> Self {
        Self {
            id,
            workflow_id,
            version,
            trigger_id: None,
            trigger_kind: trigger_kind.to_owned(),
            dedup_key: None,
            event: None,
            raw: None,
            inputs: None,
            retry_of: None,
            attempt: 1,
            replay_of: None,
            created_at,
            parent: None,
            gate: None,
            sealed: None,
            trace: None,
            steps: Vec::new(),
        }
    }
}

/// What became of an [`Intake`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// The delivery is in the log; there was no execution to start.
    Stored,
    /// The execution is queued.
    Accepted(ExecutionId),
    /// The workflow has an execution of that dedup key already. The delivery is in the log, without its body.
    Duplicate,
}

impl Store {
    /// Records what came in, in one commit with whatever else waits to be recorded, and returns once that is on disk.
    /// On an error nothing of it is written. Waits while more than 64 MiB wait already.
    ///
    /// An execution that a node of this process has room for begins at once, and what its first steps give that have no
    /// effects is in the same commit. It begins as this is called, not as its future is first polled.
    pub fn record(&self, intake: Intake) -> impl Future<Output = Result<Recorded, StoreError>> + Send {
        seats::record(self, intake)
    }
}
