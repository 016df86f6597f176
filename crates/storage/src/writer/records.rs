//! Journals, and what becomes of the executions that they are of.

use std::borrow::Cow;

use sqlx::QueryBuilder;
use uuid::Uuid;

use super::entries::Change;
use crate::dialect::{ManyRows as _, on_either};
use crate::error::StoreError;
use crate::rows;
use crate::transaction::Open;

const JOURNAL: &str = " INTO journal (execution_id, seq, records) ";

const CHANGES: &str = " executions
    SET status = written.status, output = written.output, error = written.error, due_at = written.due_at,
        finished_at = written.finished_at, lease_owner = NULL, lost_claims = 0
    FROM written
    WHERE executions.id = written.id";

/// An entry of a journal: which execution's, its number there, and the records.
pub(crate) type JournalRow<'a> = (Uuid, i64, Cow<'a, [u8]>);

/// Adds to journals.
pub(crate) async fn append(open: &mut Open, journal: &[JournalRow<'_>]) -> Result<(), StoreError> {
    for chunk in rows::chunks(open.dialect(), journal) {
        on_either!(&mut *open, |transaction: Database| {
            let mut query = QueryBuilder::<Database>::new(Database::INSERT);
            query.push(JOURNAL);
            rows::push_inserted(&mut query, chunk, |mut values, (execution, seq, records)| {
                values.push_bind(*execution).push_bind(*seq).push_bind(records.as_ref());
            });
            query.build().execute(&mut **transaction).await?;
        });
    }
    Ok(())
}

/// Has executions leave their nodes: which, how, and when each is due.
pub(super) async fn change(
    open: &mut Open,
    changes: &[(Uuid, &Change, Option<i64>)],
) -> Result<(), StoreError> {
    for chunk in rows::chunks(open.dialect(), changes) {
        on_either!(&mut *open, |transaction: Database| {
            let mut query = QueryBuilder::<Database>::new(
                "WITH written (id, status, output, error, due_at, finished_at) AS (",
            );
            rows::push(&mut query, chunk, |mut values, (execution, change, due_at)| {
                values.push_bind(*execution).push_bind(change.status.as_str());
                values.push_bind(change.output.as_deref()).push_bind(change.error.as_deref());
                values.push_bind(*due_at).push_bind(change.finished_at);
            });
            query.push(") ").push(Database::UPDATE).push(CHANGES);
            query.build().execute(&mut **transaction).await?;
        });
    }
    Ok(())
}
