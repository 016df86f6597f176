//! One delivery, and which executions deliveries started.

use std::collections::HashMap;

use bellhop_workflow::ids::{DeliveryId, ExecutionId};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{DeliveryColumns, DeliveryRow};
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::rows;
use crate::store::Store;

const BY_ID: &str = "
    SELECT d.id, d.hook_id, d.workflow_id, w.name AS workflow, d.outcome, d.reason, d.event_id, d.event_type,
        d.received_at, d.size, d.headers, d.body
    FROM deliveries d LEFT JOIN workflows w ON w.id = d.workflow_id
    WHERE d.id = $1";

const STARTED: &str = "SELECT delivery_id, id FROM executions WHERE delivery_id IN (";

impl Store {
    /// A delivery with its body.
    pub async fn delivery(&self, id: DeliveryId) -> Result<Option<DeliveryRow>, StoreError> {
        let columns: Option<DeliveryColumns> = on_either!(&self.pools().read, |pool| {
            sqlx::query_as(BY_ID).bind(id.as_uuid()).fetch_optional(pool).await?
        });
        let Some(columns) = columns else { return Ok(None) };
        let started = self.started_by(&[columns.id]).await?.remove(&columns.id);
        columns.into_row(started.unwrap_or_default()).map(Some)
    }

    /// The executions that each of the deliveries started.
    pub(super) async fn started_by(
        &self,
        deliveries: &[Uuid],
    ) -> Result<HashMap<Uuid, Vec<ExecutionId>>, StoreError> {
        let mut started: HashMap<Uuid, Vec<ExecutionId>> = HashMap::new();
        if deliveries.is_empty() {
            return Ok(started);
        }
        let pairs: Vec<(Uuid, Uuid)> = on_either!(&self.pools().read, |pool: Database| {
            let mut query = QueryBuilder::<Database>::new(STARTED);
            rows::push_ids(&mut query, deliveries.iter().copied());
            query.push(") ORDER BY id");
            query.build_query_as().fetch_all(pool).await?
        });
        for (delivery, execution) in pairs {
            started.entry(delivery).or_default().push(ExecutionId::from_uuid(execution));
        }
        Ok(started)
    }
}
