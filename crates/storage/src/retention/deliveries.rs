//! Deliveries that no execution is left of, or never was.

use uuid::Uuid;

use super::delete::delete_deliveries;
use super::executions::following;
use super::{Interrupted, Sweep};
use crate::deliveries::Outcome;
use crate::dialect::on_either;
use crate::transaction;

/// How many are looked at in one query.
const LOOK: i64 = 1_024;

const CROWDED: &str = "SELECT id FROM deliveries WHERE outcome = $2 ORDER BY id DESC LIMIT 1 OFFSET $1";

const OLDEST: &str = "
    SELECT d.id, EXISTS (SELECT 1 FROM executions e WHERE e.delivery_id = d.id) AS needed
    FROM deliveries d WHERE d.outcome = $1 AND d.id > $2 AND d.id < $3 ORDER BY d.id LIMIT $4";

impl Sweep<'_> {
    /// Each outcome counts on its own, so that a flood of forged deliveries pushes out nothing but their like.
    pub(super) async fn deliveries(&mut self) -> Result<(), Interrupted> {
        for outcome in Outcome::ALL {
            self.of_outcome(outcome).await?;
        }
        Ok(())
    }

    async fn of_outcome(&mut self, outcome: Outcome) -> Result<(), Interrupted> {
        let crowded = self.crowded(CROWDED, Some(outcome.as_str())).await?;
        let end = self.young(self.keep.age).max(crowded.map_or(Uuid::nil(), following));
        let mut last = Uuid::nil();
        loop {
            let looked: Vec<(Uuid, bool)> = on_either!(&self.store.pools().read, |pool| {
                sqlx::query_as(OLDEST)
                    .bind(outcome.as_str())
                    .bind(last)
                    .bind(end)
                    .bind(LOOK)
                    .fetch_all(pool)
                    .await?
            });
            let Some((id, _)) = looked.last() else { return Ok(()) };
            last = *id;
            let gone: Vec<Uuid> =
                looked.into_iter().filter(|(_, needed)| !needed).map(|(id, _)| id).collect();
            let mut gone = &gone[..];
            while !gone.is_empty() {
                let (batch, rest) = self.turn(gone);
                gone = rest;
                let mut open = self.begin().await?;
                let deleted = delete_deliveries(&mut open, batch).await?;
                transaction::commit(open).await?;
                self.swept.deliveries += deleted;
                self.rest().await?;
            }
        }
    }
}
