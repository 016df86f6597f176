//! Journals, and what becomes of the executions that they are of.

use std::collections::HashMap;

use bellhop_workflow::execution::ExecutionStatus;
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use crate::dialect::{Dialect, on_either};
use crate::error::StoreError;
use crate::rows;
use crate::transaction::Open;

/// What a node writes about an execution that it holds.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) execution: Uuid,
    pub(crate) node: Uuid,
    /// A JSON array of step records.
    pub(crate) records: Option<String>,
    /// What becomes of it; none where it goes on.
    pub(crate) change: Option<Change>,
}

/// How an execution leaves its node.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) status: ExecutionStatus,
    pub(crate) output: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) due_at: Option<i64>,
    pub(crate) finished_at: Option<i64>,
}

impl Entry {
    /// Whether nothing more happens to the execution.
    pub(crate) fn is_an_end(&self) -> bool {
        self.change.as_ref().is_some_and(|change| change.status.is_final())
    }

    /// Roughly how many bytes it holds.
    pub(crate) fn size(&self) -> usize {
        let output = self.change.as_ref().and_then(|change| change.output.as_ref());
        self.records.as_ref().map_or(0, String::len) + output.map_or(0, String::len)
    }
}

/// Who holds an execution, and how far its journal has come.
#[derive(Debug, FromRow)]
struct Lease {
    id: Uuid,
    owner: Option<Uuid>,
    last: i64,
}

const LEASES: &str = "
    SELECT id, lease_owner AS owner,
        coalesce((SELECT max(seq) FROM journal WHERE journal.execution_id = executions.id), 0) AS last
    FROM executions WHERE id IN (";

// PostgreSQL must not let another node take an execution over between this and the commit. In the order of the ids,
// so that two nodes never wait for each other.
const LOCKED: &str = " ORDER BY id FOR UPDATE";

const JOURNAL: &str = "INSERT INTO journal (execution_id, seq, records) ";

const CHANGES: &str = ")
    UPDATE executions
    SET status = written.status, output = written.output, error = written.error, due_at = written.due_at,
        finished_at = written.finished_at, lease_owner = NULL
    FROM written
    WHERE executions.id = written.id";

/// Says of each entry whether its node held the execution. What it did not hold is not written.
pub(super) async fn write(open: &mut Open, entries: &[&Entry]) -> Result<Vec<bool>, StoreError> {
    let mut leases = read_leases(open, entries).await?;
    let mut journal = Vec::with_capacity(entries.len());
    let mut changes = Vec::new();
    let mut held = Vec::with_capacity(entries.len());
    for entry in entries {
        let lease = leases.get_mut(&entry.execution).filter(|lease| lease.owner == Some(entry.node));
        held.push(lease.is_some());
        let Some(lease) = lease else { continue };
        if let Some(records) = &entry.records {
            lease.last += 1;
            journal.push((entry.execution, lease.last, records.as_str()));
        }
        if let Some(change) = &entry.change {
            // Given back: whatever else this batch has of the same execution comes too late.
            lease.owner = None;
            changes.push((entry.execution, change));
        }
    }
    write_journal(open, &journal).await?;
    write_changes(open, &changes).await?;
    Ok(held)
}

async fn read_leases(open: &mut Open, entries: &[&Entry]) -> Result<HashMap<Uuid, Lease>, StoreError> {
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

async fn write_journal(open: &mut Open, journal: &[(Uuid, i64, &str)]) -> Result<(), StoreError> {
    for chunk in rows::chunks(journal) {
        on_either!(&mut *open, |transaction: Database| {
            let mut query = QueryBuilder::<Database>::new(JOURNAL);
            query.push_values(chunk, |mut values, (execution, seq, records)| {
                values.push_bind(*execution).push_bind(*seq).push_bind(*records);
            });
            query.build().execute(&mut **transaction).await?;
        });
    }
    Ok(())
}

async fn write_changes(open: &mut Open, changes: &[(Uuid, &Change)]) -> Result<(), StoreError> {
    for chunk in rows::chunks(changes) {
        on_either!(&mut *open, |transaction: Database| {
            let mut query = QueryBuilder::<Database>::new(
                "WITH written (id, status, output, error, due_at, finished_at) AS (",
            );
            query.push_values(chunk, |mut values, (execution, change)| {
                values.push_bind(*execution).push_bind(change.status.as_str());
                values.push_bind(change.output.as_deref()).push_bind(change.error.as_deref());
                values.push_bind(change.due_at).push_bind(change.finished_at);
            });
            query.push(CHANGES);
            query.build().execute(&mut **transaction).await?;
        });
    }
    Ok(())
}
