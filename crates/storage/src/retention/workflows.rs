//! Workflows that were deleted, once nothing of their history is left.

use uuid::Uuid;

use super::delete::run;
use super::{Interrupted, Sweep};
use crate::dialect::on_either;
use crate::transaction;

const FORGOTTEN: &str = "
    SELECT w.id FROM workflows w
    WHERE w.deleted_at < $1
        AND NOT EXISTS (SELECT 1 FROM executions e WHERE e.workflow_id = w.id)
        AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.workflow_id = w.id)
        AND NOT EXISTS (SELECT 1 FROM registrations r WHERE r.workflow_id = w.id)
        AND NOT EXISTS (SELECT 1 FROM schedules s WHERE s.workflow_id = w.id)
    LIMIT 100";

const STATEMENTS: [&str; 3] = [
    "DELETE FROM state WHERE workflow_id IN (",
    "DELETE FROM workflow_versions WHERE workflow_id IN (",
    "DELETE FROM workflows WHERE deleted_at IS NOT NULL AND id IN (",
];

impl Sweep<'_> {
    /// With them go their versions and their durable keys.
    pub(super) async fn workflows(&mut self) -> Result<(), Interrupted> {
        let Some(aged) = self.ago(self.keep.age) else { return Ok(()) };
        let forgotten: Vec<Uuid> = on_either!(&self.store.pools().read, |pool| {
            sqlx::query_scalar(FORGOTTEN).bind(aged.as_micros()).fetch_all(pool).await?
        });
        if forgotten.is_empty() {
            return Ok(());
        }
        let mut open = self.begin().await?;
        for statement in STATEMENTS {
            run(&mut open, statement, &forgotten).await?;
        }
        transaction::commit(open).await?;
        self.swept.workflows += forgotten.len() as u64;
        self.rest().await
    }
}
