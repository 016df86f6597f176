//! Reading keys from outside of executions.

use bellhop_workflow::ids::WorkflowId;
use bellhop_workflow::time::Timestamp;
use serde_json::Value;

use crate::dialect::on_either;
use crate::error::StoreError;
use crate::json;
use crate::rows;
use crate::store::Store;
use crate::text;

/// A durable key of a workflow.
#[derive(Debug, Clone, PartialEq)]
pub struct StateRow {
    /// The key.
    pub key: String,
    /// What it holds.
    pub value: Value,
    /// When it was last written.
    pub updated_at: Timestamp,
}

// No key is empty, so that every one comes after the empty text.
const LIST: &str = "
    SELECT key, value, updated_at FROM state WHERE workflow_id = $1 AND key > $2 ORDER BY key LIMIT $3";

impl Store {
    /// The durable keys of a workflow by name, those after `after`.
    pub async fn state(
        &self,
        workflow: WorkflowId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<StateRow>, StoreError> {
        let after = after.map(text::storable).unwrap_or_default();
        let rows: Vec<(String, String, i64)> = on_either!(&self.pools().read, |pool| {
            sqlx::query_as(LIST)
                .bind(workflow.as_uuid())
                .bind(after)
                .bind(rows::page(limit))
                .fetch_all(pool)
                .await?
        });
        rows.into_iter()
            .map(|(key, value, updated_at)| {
                let value = json::from_text("state value", &value)?;
                Ok(StateRow { key, value, updated_at: Timestamp::from_micros(updated_at) })
            })
            .collect()
    }
}
