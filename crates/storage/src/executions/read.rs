//! One execution with everything about it.

use bellhop_workflow::ids::ExecutionId;
use uuid::Uuid;

use super::{ExecutionColumns, ExecutionRow};
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::store::Store;

const BY_ID: &str = "
    SELECT e.id, e.workflow_id, w.name AS workflow, e.version, e.status, e.trigger_id, e.trigger_kind, e.delivery_id,
        e.event, e.inputs, e.output, e.error, e.retry_of, e.attempt, e.replay_of, e.parent_id, e.parent_path,
        e.created_at, e.started_at, e.finished_at, coalesce(d.body, e.raw) AS body
    FROM executions e
    JOIN workflows w ON w.id = e.workflow_id
    LEFT JOIN deliveries d ON d.id = e.delivery_id
    WHERE e.id = $1";

// Few ever repeat the same one; whoever makes a habit of it sees the first of them.
const RETRIES: &str = "SELECT id FROM executions WHERE retry_of = $1 ORDER BY id LIMIT 100";

impl Store {
    /// The executions that repeat that one, the oldest first.
    pub async fn retries_of(&self, id: ExecutionId) -> Result<Vec<ExecutionId>, StoreError> {
        let ids: Vec<Uuid> = on_either!(&self.pools().read, |pool| {
            sqlx::query_scalar(RETRIES).bind(id.as_uuid()).fetch_all(pool).await?
        });
        Ok(ids.into_iter().map(ExecutionId::from_uuid).collect())
    }

    /// An execution with its event and its steps.
    pub async fn execution(&self, id: ExecutionId) -> Result<Option<ExecutionRow>, StoreError> {
        let columns: Option<ExecutionColumns> = on_either!(&self.pools().read, |pool| {
            sqlx::query_as(BY_ID).bind(id.as_uuid()).fetch_optional(pool).await?
        });
        let Some(columns) = columns else { return Ok(None) };
        let steps = self.steps_of(&[columns.id]).await?.remove(&columns.id);
        columns.into_row(usize::MAX, steps.unwrap_or_default()).map(Some)
    }
}
