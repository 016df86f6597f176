//! Who holds the executions that something is to be written about.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;
use sqlx::{FromRow, Postgres, QueryBuilder, Sqlite};
use uuid::Uuid;

use super::Entry;
use super::records::JournalRow;
use crate::dialect::Either;
use crate::error::StoreError;
use crate::json;
use crate::rows;
use crate::transaction::Open;

/// Who holds an execution, how far its journal has come, and who else is concerned when it changes. (In the order of
/// [`ARRAYS`].)
#[derive(Debug, FromRow, Deserialize)]
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

impl Lease {
    /// The next entry of its execution's journal, where there is something to write.
    pub(super) fn entry<'a>(&mut self, records: Option<Cow<'a, [u8]>>) -> Option<JournalRow<'a>> {
        let records = records?;
        self.last += 1;
        Some((self.id, self.last, records))
    }
}

const ROWS: &str =
    "SELECT id, workflow_id, lease_owner AS owner, started_at, parent_id, gate, signalled, cancel_reason, ";

/// The same as one row: those that come from SQLite's thread one by one wake this one for each.
const ARRAYS: &str = "
    SELECT json_group_array(json_array(hex(id), hex(workflow_id), nullif(hex(lease_owner), ''), started_at,
        nullif(hex(parent_id), ''), gate, signalled, cancel_reason, ";
const END_OF_ARRAYS: &str = "))";

const LAST: &str = "coalesce((SELECT max(seq) FROM journal WHERE journal.execution_id = executions.id), 0)";
const WHICH: &str = " FROM executions WHERE id IN (";

// PostgreSQL must not let another node take an execution over between this and the commit. In the order of the ids,
// so that two nodes never wait for each other.
const LOCKED: &str = ") ORDER BY id FOR UPDATE";

pub(super) async fn read(open: &mut Open, entries: &[&Entry]) -> Result<HashMap<Uuid, Lease>, StoreError> {
    if entries.is_empty() {
        return Ok(HashMap::new());
    }
    let ids = entries.iter().map(|entry| entry.execution);
    let leases: Vec<Lease> = match open {
        Either::Sqlite(transaction) => {
            let mut query = QueryBuilder::<Sqlite>::new(ARRAYS);
            query.push(LAST).push(END_OF_ARRAYS).push(WHICH);
            rows::push_ids(&mut query, ids);
            query.push(")");
            let arrays: String = query.build_query_scalar().fetch_one(&mut **transaction).await?;
            json::from_text("lease", &arrays)?
        }
        Either::Postgres(transaction) => {
            let mut query = QueryBuilder::<Postgres>::new(ROWS);
            query.push(LAST).push(" AS last").push(WHICH);
            rows::push_ids(&mut query, ids);
            query.push(LOCKED);
            query.build_query_as().fetch_all(&mut **transaction).await?
        }
    };
    Ok(leases.into_iter().map(|lease| (lease.id, lease)).collect())
}
