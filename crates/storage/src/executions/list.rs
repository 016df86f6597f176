//! The history.

use bellhop_workflow::ids::ExecutionId;
use sqlx::QueryBuilder;

use super::{ExecutionColumns, ExecutionFilter, ExecutionRow};
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::rows;
use crate::store::Store;

// A page of the longest bodies would be a gigabyte: a list leaves out the long ones.
const LIST: &str = "
    SELECT e.id, e.workflow_id, w.name AS workflow, e.version, e.status, e.trigger_id, e.trigger_kind, e.delivery_id,
        e.event, e.inputs, e.output, e.error, e.retry_of, e.attempt, e.replay_of, e.parent_id, e.parent_path,
        e.created_at, e.started_at, e.finished_at,
        CASE WHEN length(coalesce(d.body, e.raw)) <= 65536 THEN coalesce(d.body, e.raw) END AS body
    FROM executions e
    JOIN workflows w ON w.id = e.workflow_id
    LEFT JOIN deliveries d ON d.id = e.delivery_id
    WHERE 1 = 1";

impl Store {
    /// Executions without their steps, newest first, those older than `after`.
    pub async fn executions(
        &self,
        filter: &ExecutionFilter,
        after: Option<ExecutionId>,
        limit: u32,
    ) -> Result<Vec<ExecutionRow>, StoreError> {
        let columns: Vec<ExecutionColumns> = on_either!(&self.pools().read, |pool: Database| {
            let mut query = QueryBuilder::<Database>::new(LIST);
            filter.push_to(&mut query);
            if let Some(after) = after {
                query.push(" AND e.id < ").push_bind(after.as_uuid());
            }
            query.push(" ORDER BY e.id DESC LIMIT ").push_bind(rows::page(limit));
            query.build_query_as().fetch_all(pool).await?
        });
        columns.into_iter().map(|columns| columns.into_row(Vec::new())).collect()
    }
}
