//! Firing: the executions and the schedule's next time, in one commit.

use bellhop_workflow::ids::{TriggerId, Version, WorkflowId};
use bellhop_workflow::time::Timestamp;

use crate::error::StoreError;
use crate::executions::{Intake, NewExecution};
use crate::store::Store;
use crate::writer::{FiringRow, IntakeRow};

/// What is to become of a schedule whose time has come.
#[derive(Debug, Clone)]
pub struct Firing {
    /// Whose trigger it is of.
    pub workflow_id: WorkflowId,
    /// Which trigger.
    pub trigger_id: TriggerId,
    /// The version of the workflow that this was decided for.
    pub version: Version,
    /// When it was to fire, as it was read.
    pub due_at: Timestamp,
    /// When it fires next; none where it never does again.
    pub next_at: Option<Timestamp>,
    /// The last time of it that starts an execution; none where none does.
    pub last_at: Option<Timestamp>,
    /// What it starts: one execution for each of its times that fire, each with a key of its own.
    pub executions: Vec<NewExecution>,
}

impl Store {
    /// Records what a schedule starts and moves it on, in one commit: a crash before it leaves the schedule due, and
    /// one after it finds it moved on. False, and nothing is written, where the schedule is not due at `due_at` any
    /// more (another node has fired it, or it has changed), or where its workflow is off or has another version by now.
    pub async fn fire(&self, firing: Firing) -> Result<bool, StoreError> {
        let executions = firing.executions.into_iter();
        let executions: Result<Vec<IntakeRow>, StoreError> = executions
            .map(|execution| {
                IntakeRow::prepare(&Intake { parsed: None, delivery: None, execution: Some(execution) })
            })
            .collect();
        let row = FiringRow {
            workflow_id: firing.workflow_id.as_uuid(),
            trigger_id: firing.trigger_id.as_str().to_owned(),
            version: firing.version.0,
            due_at: firing.due_at.as_micros(),
            next_at: firing.next_at.map(Timestamp::as_micros),
            last_at: firing.last_at.map(Timestamp::as_micros),
            executions: executions?,
        };
        self.writer().fire(row).await
    }
}
