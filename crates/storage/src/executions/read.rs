//! One execution with everything about it.

use bellhop_workflow::ids::ExecutionId;

use super::{ExecutionColumns, ExecutionRow};
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::store::Store;

const BY_ID: &str = "
    SELECT e.id, e.workflow_id, w.name AS workflow, e.version, e.status, e.trigger_id, e.trigger_kind, e.delivery_id,
        e.event, e.inputs, e.output, e.error, e.retry_of, e.attempt, e.parent_id, e.parent_path,
        e.created_at, e.started_at, e.finished_at, coalesce(d.body, e.raw) AS body
    FROM executions e
    JOIN workflows w ON w.id = e.workflow_id
    LEFT JOIN deliveries d ON d.id = e.delivery_id
    WHERE e.id = $1";

impl Store {
    /// An execution with its event and its steps.
    pub async fn execution(&self, id: ExecutionId) -> Result<Option<ExecutionRow>, StoreError> {
        let columns: Option<ExecutionColumns> = on_either!(&self.pools().read, |pool| {
            sqlx::query_as(BY_ID).bind(id.as_uuid()).fetch_optional(pool).await?
        });
        let Some(columns) = columns else { return Ok(None) };
        let steps = self.steps_of(&[columns.id]).await?.remove(&columns.id);
        columns.into_row(steps.unwrap_or_default()).map(Some)
    }
}
