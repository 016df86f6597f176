//! Schedules: when each trigger of an active workflow fires next.

mod due;
mod fire;

use bellhop_workflow::ids::{TriggerId, WorkflowId};
use bellhop_workflow::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

pub use self::due::DueSchedule;
pub use self::fire::Firing;
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::store::Store;
use crate::transaction::Tx;

/// What a trigger of a workflow that is switched on goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSchedule {
    /// Which trigger.
    pub trigger_id: TriggerId,
    /// What it goes by, in words that are the same for the same timing.
    pub timing: String,
    /// What an interval is counted from.
    pub anchor: Timestamp,
    /// When it fires first; none where it never does.
    pub next_at: Option<Timestamp>,
}

/// One trigger's schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleRow {
    /// Whose trigger it is of.
    pub workflow_id: WorkflowId,
    /// Which trigger.
    pub trigger_id: TriggerId,
    /// What it goes by, as it was given.
    pub timing: String,
    /// What an interval is counted from.
    pub anchor: Timestamp,
    /// When it fires next; none where it never does again.
    pub next_at: Option<Timestamp>,
    /// The last time of it that started an execution.
    pub last_at: Option<Timestamp>,
}

const OF_WORKFLOW: &str = "
    SELECT workflow_id, trigger_id, timing, anchor, next_at, last_at FROM schedules
    WHERE workflow_id = $1 ORDER BY trigger_id";

const INSERT: &str =
    "INSERT INTO schedules (workflow_id, trigger_id, timing, anchor, next_at) VALUES ($1, $2, $3, $4, $5)";

const DELETE: &str = "DELETE FROM schedules WHERE workflow_id = $1 AND trigger_id = $2";

#[derive(Debug, FromRow)]
struct ScheduleColumns {
    workflow_id: Uuid,
    trigger_id: String,
    timing: String,
    anchor: i64,
    next_at: Option<i64>,
    last_at: Option<i64>,
}

impl From<ScheduleColumns> for ScheduleRow {
    fn from(columns: ScheduleColumns) -> Self {
        Self {
            workflow_id: WorkflowId::from_uuid(columns.workflow_id),
            trigger_id: TriggerId::new(columns.trigger_id),
            timing: columns.timing,
            anchor: Timestamp::from_micros(columns.anchor),
            next_at: columns.next_at.map(Timestamp::from_micros),
            last_at: columns.last_at.map(Timestamp::from_micros),
        }
    }
}

impl Store {
    /// A workflow's schedules, by trigger; none where it is not switched on.
    pub async fn schedules(&self, workflow: WorkflowId) -> Result<Vec<ScheduleRow>, StoreError> {
        let columns: Vec<ScheduleColumns> = on_either!(&self.pools().read, |pool| {
            sqlx::query_as(OF_WORKFLOW).bind(workflow.as_uuid()).fetch_all(pool).await?
        });
        Ok(columns.into_iter().map(ScheduleRow::from).collect())
    }
}

impl Tx {
    /// Gives a workflow these schedules and no others. One that it has already, of the same trigger and with the same
    /// timing, stays as it is: it fires when it would have fired.
    pub async fn set_schedules(
        &mut self,
        workflow: WorkflowId,
        wanted: &[NewSchedule],
    ) -> Result<(), StoreError> {
        let present: Vec<ScheduleColumns> = on_either!(&mut self.open, |transaction| {
            sqlx::query_as(OF_WORKFLOW).bind(workflow.as_uuid()).fetch_all(&mut **transaction).await?
        });
        let is_same = |row: &ScheduleColumns, new: &NewSchedule| {
            row.trigger_id == new.trigger_id.as_str() && row.timing == new.timing
        };
        for row in present.iter().filter(|row| !wanted.iter().any(|new| is_same(row, new))) {
            on_either!(&mut self.open, |transaction| {
                sqlx::query(DELETE)
                    .bind(workflow.as_uuid())
                    .bind(row.trigger_id.as_str())
                    .execute(&mut **transaction)
                    .await?;
            });
        }
        for new in wanted.iter().filter(|new| !present.iter().any(|row| is_same(row, new))) {
            on_either!(&mut self.open, |transaction| {
                sqlx::query(INSERT)
                    .bind(workflow.as_uuid())
                    .bind(new.trigger_id.as_str())
                    .bind(new.timing.as_str())
                    .bind(new.anchor.as_micros())
                    .bind(new.next_at.map(Timestamp::as_micros))
                    .execute(&mut **transaction)
                    .await?;
            });
        }
        self.schedules_changed();
        Ok(())
    }
}
