//! The deliveries log.

use bellhop_workflow::ids::{DeliveryId, HookId, WorkflowName};
use sqlx::QueryBuilder;

use super::{DeliveryColumns, DeliveryRow, Outcome};
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::rows;
use crate::store::Store;
use crate::text;

/// Which deliveries a list shows: those to which all of it applies.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// Those that came in there.
    pub hook: Option<HookId>,
    /// Those of which that became.
    pub outcome: Option<Outcome>,
    /// Those for the workflow of that name; where it was deleted, for the last that had it.
    pub workflow: Option<WorkflowName>,
}

const LIST: &str = "
    SELECT d.id, d.hook_id, d.workflow_id, w.name AS workflow, d.outcome, d.reason, d.event_id, d.event_type,
        d.received_at, d.size, d.headers, NULL AS body
    FROM deliveries d LEFT JOIN workflows w ON w.id = d.workflow_id
    WHERE 1 = 1";

impl Store {
    /// Deliveries without their bodies, newest first, those older than `after`.
    pub async fn deliveries(
        &self,
        filter: &DeliveryFilter,
        after: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        let columns: Vec<DeliveryColumns> = on_either!(&self.pools().read, |pool: Database| {
            let mut query = QueryBuilder::<Database>::new(LIST);
            if let Some(hook) = &filter.hook {
                query.push(" AND d.hook_id = ").push_bind(text::key(hook.as_str()));
            }
            if let Some(outcome) = filter.outcome {
                query.push(" AND d.outcome = ").push_bind(outcome.as_str());
            }
            if let Some(workflow) = &filter.workflow {
                query.push(" AND d.workflow_id = (SELECT id FROM workflows WHERE name = ");
                query.push_bind(text::storable(workflow.as_str())).push(" ORDER BY id DESC LIMIT 1)");
            }
            if let Some(after) = after {
                query.push(" AND d.id < ").push_bind(after.as_uuid());
            }
            query.push(" ORDER BY d.id DESC LIMIT ").push_bind(rows::page(limit));
            query.build_query_as().fetch_all(pool).await?
        });
        let ids: Vec<_> = columns.iter().map(|columns| columns.id).collect();
        let mut started = self.started_by(&ids).await?;
        columns
            .into_iter()
            .map(|columns| {
                let executions = started.remove(&columns.id).unwrap_or_default();
                columns.into_row(executions)
            })
            .collect()
    }
}
