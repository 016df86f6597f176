//! The end of a child wakes the execution that may wait for it.

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::dialect::on_either;
use crate::error::StoreError;
use crate::rows;
use crate::transaction::Open;

/// One that is put aside is due at once; one that is being run looks again before it is put aside.
const SIGNAL: &str = "
    UPDATE executions SET signalled = 1, due_at = CASE WHEN status = 'waiting' THEN ";
const WHICH: &str = " ELSE due_at END WHERE finished_at IS NULL AND id IN (";

/// Signals the parents of children that have ended: each with the instant. Says whether one of them may be due now.
pub(crate) async fn signal(open: &mut Open, ended: &[(Uuid, i64)]) -> Result<bool, StoreError> {
    let Some(now) = ended.iter().map(|(_, ended_at)| *ended_at).min() else { return Ok(false) };
    let mut parents: Vec<Uuid> = ended.iter().map(|(parent, _)| *parent).collect();
    parents.sort_unstable();
    parents.dedup();
    let signalled = on_either!(open, |transaction: Database| {
        let mut query = QueryBuilder::<Database>::new(SIGNAL);
        query.push_bind(now).push(WHICH);
        rows::push_ids(&mut query, parents);
        query.push(")");
        query.build().execute(&mut **transaction).await?.rows_affected()
    });
    Ok(signalled > 0)
}
