//! The counts, newest first.

use bellhop_workflow::ids::{HookId, RefusalId, WorkflowName};
use bellhop_workflow::time::Timestamp;
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::RefusalRow;
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::listing;
use crate::rows;
use crate::store::Store;
use crate::text;

/// Which counts a list shows: those to which all of it applies.
#[derive(Debug, Clone, Default)]
pub struct RefusalFilter {
    /// Those of that hook.
    pub hook: Option<HookId>,
    /// Those for the workflow of that name; where it was deleted, for the last that had it.
    pub workflow: Option<WorkflowName>,
    /// Those for workflows of these names: all that the caller may see.
    pub among: Option<Vec<WorkflowName>>,
}

const ALL: &str = "
    SELECT r.id, r.hook_id, w.name AS workflow, r.reason, r.requests, r.bytes, r.first_at, r.last_at
    FROM refusals r LEFT JOIN workflows w ON w.id = r.workflow_id
    WHERE 1 = 1";

#[derive(Debug, FromRow)]
struct RefusalColumns {
    id: Uuid,
    hook_id: String,
    workflow: Option<String>,
    reason: String,
    requests: i64,
    bytes: i64,
    first_at: i64,
    last_at: i64,
}

impl TryFrom<RefusalColumns> for RefusalRow {
    type Error = StoreError;

    fn try_from(columns: RefusalColumns) -> Result<Self, StoreError> {
        let number = |number: i64| {
            u64::try_from(number).map_err(|_| StoreError::Corrupt { what: "number of refused deliveries" })
        };
        Ok(Self {
            id: RefusalId::from_uuid(columns.id),
            hook_id: Some(columns.hook_id).filter(|hook| !hook.is_empty()).map(HookId::new),
            workflow: columns.workflow.map(WorkflowName::new),
            reason: columns.reason,
            requests: number(columns.requests)?,
            bytes: number(columns.bytes)?,
            first_at: Timestamp::from_micros(columns.first_at),
            last_at: Timestamp::from_micros(columns.last_at),
        })
    }
}

impl Store {
    /// What was counted instead of listed, newest first, what is older than `after`. There is one row at most for each
    /// hook, reason and hour, so that no list has to look past many.
    pub async fn refusals(
        &self,
        filter: &RefusalFilter,
        after: Option<RefusalId>,
        limit: u32,
    ) -> Result<Vec<RefusalRow>, StoreError> {
        let columns: Vec<RefusalColumns> = on_either!(&self.pools().read, |pool: DB| {
            let mut query = QueryBuilder::<DB>::new(ALL);
            if let Some(hook) = &filter.hook {
                query.push(" AND r.hook_id = ").push_bind(text::key(hook.as_str()));
            }
            if let Some(workflow) = &filter.workflow {
                query.push(" AND r.workflow_id = (SELECT id FROM workflows WHERE name = ");
                query.push_bind(text::storable(workflow.as_str())).push(" ORDER BY id DESC LIMIT 1)");
            }
            if let Some(names) = &filter.among {
                listing::push_among("r.workflow_id", names, &mut query);
            }
            if let Some(after) = after {
                query.push(" AND r.id < ").push_bind(after.as_uuid());
            }
            query.push(" ORDER BY r.id DESC LIMIT ").push_bind(rows::page(limit));
            query.build_query_as().fetch_all(pool).await?
        });
        columns.into_iter().map(RefusalRow::try_from).collect()
    }
}
