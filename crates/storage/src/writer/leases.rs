//! Who holds the executions that something is to be written about.

use std::collections::HashMap;

use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::Entry;
use crate::dialect::{Dialect, on_either};
use crate::error::StoreError;
use crate::rows;
use crate::transaction::Open;

/// Who holds an execution, how far its journal has come, and who else is concerned when it changes.
#[derive(Debug, FromRow)]
pub(super) struct Lease {
    id: Uuid,
    pub(super) workflow_id: Uuid,
    pub(super) owner: Option<Uuid>,
    pub(super) started_at: Option<i64>,
    pub(super) parent_id: Option<Uuid>,
    pub(super) gate: Option<String>,
    pub(super) signalled: i64,
    pub(super) cancel_reason: Option<String>,
    pub(super) last: i64,
}

const LEASES: &str = "
    SELECT id, workflow_id, lease_owner AS owner, started_at, parent_id, gate, signalled, cancel_reason,
        coalesce((SELECT max(seq) FROM journal WHERE journal.execution_id = executions.id), 0) AS last
    FROM executions WHERE id IN (";

// PostgreSQL must not let another node take an execution over between this and the commit. In the order of the ids,
// so that two nodes never wait for each other.
const LOCKED: &str = " ORDER BY id FOR UPDATE";

pub(super) async fn read(open: &mut Open, entries: &[&Entry]) -> Result<HashMap<Uuid, Lease>, StoreError> {
    if entries.is_empty() {
        return Ok(HashMap::new());
    }
    let lock = match open.dialect() {
        Dialect::Sqlite => "",
        Dialect::Postgres => LOCKED,
    };
    let ids = rows::padded(entries.iter().map(|entry| entry.execution));
    let leases: Vec<Lease> = on_either!(open, |transaction: Database| {
        let mut query = QueryBuilder::<Database>::new(LEASES);
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(id);
        }
        query.push(")").push(lock);
        query.build_query_as().fetch_all(&mut **transaction).await?
    });
    Ok(leases.into_iter().map(|lease| (lease.id, lease)).collect())
}
