//! Which schedules are to fire.

use bellhop_workflow::ids::{Version, WorkflowName};
use bellhop_workflow::time::Timestamp;
use sqlx::FromRow;

use super::{ScheduleColumns, ScheduleRow};
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::rows;
use crate::store::Store;

/// A schedule whose time has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueSchedule {
    /// The schedule.
    pub schedule: ScheduleRow,
    /// What its workflow is called.
    pub workflow: WorkflowName,
    /// That workflow's newest version, which it starts.
    pub version: Version,
}

// A workflow that is being switched on has its schedules with the same commit that makes it active, and loses them with
// the one that ends that; the state is asked for all the same, as what is off must not start anything.
const DUE: &str = "
    SELECT s.workflow_id, s.trigger_id, s.timing, s.anchor, s.next_at, s.last_at, w.name, w.version
    FROM schedules s JOIN workflows w ON w.id = s.workflow_id
    WHERE s.next_at <= $1 AND w.state = 'active' AND w.deleted_at IS NULL
    ORDER BY s.next_at, s.workflow_id, s.trigger_id LIMIT $2";

const NEXT: &str = "SELECT min(next_at) FROM schedules WHERE next_at IS NOT NULL";

#[derive(Debug, FromRow)]
struct DueColumns {
    #[sqlx(flatten)]
    schedule: ScheduleColumns,
    name: String,
    version: i64,
}

impl Store {
    /// At most `limit` schedules that are to fire by `now`, the one that has waited longest first.
    pub async fn due_schedules(&self, now: Timestamp, limit: u32) -> Result<Vec<DueSchedule>, StoreError> {
        let columns: Vec<DueColumns> = on_either!(&self.pools().read, |pool| {
            sqlx::query_as(DUE).bind(now.as_micros()).bind(rows::page(limit)).fetch_all(pool).await
        })
        .map_err(|error| self.health().unread(error))?;
        let due = columns.into_iter().map(|columns| DueSchedule {
            schedule: columns.schedule.into(),
            workflow: WorkflowName::new(columns.name),
            version: Version(columns.version),
        });
        Ok(due.collect())
    }

    /// The instant at which the next schedule fires; none where there is none.
    pub async fn next_schedule(&self) -> Result<Option<Timestamp>, StoreError> {
        let next: Option<i64> =
            on_either!(&self.pools().read, |pool| { sqlx::query_scalar(NEXT).fetch_one(pool).await })
                .map_err(|error| self.health().unread(error))?;
        Ok(next.map(Timestamp::from_micros))
    }
}
