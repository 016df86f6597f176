//! Schedules that fire: moved on first, so that of several nodes one starts what they start.

use uuid::Uuid;

use super::IntakeRow;
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::transaction::Open;

/// A [`crate::Firing`] in the database's terms.
#[derive(Debug)]
pub(crate) struct FiringRow {
    pub(crate) workflow_id: Uuid,
    pub(crate) trigger_id: String,
    pub(crate) version: i64,
    pub(crate) due_at: i64,
    pub(crate) next_at: Option<i64>,
    pub(crate) last_at: Option<i64>,
    pub(crate) executions: Vec<IntakeRow>,
}

impl FiringRow {
    /// Roughly how many bytes it holds.
    pub(crate) fn size(&self) -> usize {
        self.executions.iter().map(IntakeRow::size).sum()
    }
}

// Switching a workflow off deletes its schedules, so that whoever comes second waits here and finds nothing.
const ADVANCE: &str = "
    UPDATE schedules SET next_at = $4, last_at = coalesce($5, last_at)
    WHERE workflow_id = $1 AND trigger_id = $2 AND next_at = $3
        AND EXISTS (SELECT 1 FROM workflows w
            WHERE w.id = $1 AND w.version = $6 AND w.state = 'active' AND w.deleted_at IS NULL)";

/// Moves each schedule on, and says of each whether it was still due.
pub(super) async fn advance(open: &mut Open, firings: &[&FiringRow]) -> Result<Vec<bool>, StoreError> {
    // In an order that all nodes agree on, so that two never wait for each other's rows.
    let mut order: Vec<usize> = (0..firings.len()).collect();
    order.sort_by_key(|index| (firings[*index].workflow_id, firings[*index].trigger_id.as_str()));
    let mut advanced = vec![false; firings.len()];
    for index in order {
        let row = firings[index];
        let rows = on_either!(&mut *open, |transaction| {
            sqlx::query(ADVANCE)
                .bind(row.workflow_id)
                .bind(row.trigger_id.as_str())
                .bind(row.due_at)
                .bind(row.next_at)
                .bind(row.last_at)
                .bind(row.version)
                .execute(&mut **transaction)
                .await?
                .rows_affected()
        });
        advanced[index] = rows == 1;
    }
    Ok(advanced)
}
