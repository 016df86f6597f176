//! Counts of refused deliveries.

use uuid::Uuid;

use super::delete::run;
use super::executions::following;
use super::{Interrupted, Sweep};
use crate::dialect::on_either;
use crate::transaction;

/// How many are looked at in one query.
const LOOK: i64 = 1_024;

const CROWDED: &str = "SELECT id FROM refusals ORDER BY id DESC LIMIT 1 OFFSET $1";

const OLDEST: &str = "SELECT id FROM refusals WHERE id < $1 ORDER BY id LIMIT $2";

const DELETE: &str = "DELETE FROM refusals WHERE id IN (";

impl Sweep<'_> {
    /// They go by the same age and number as the deliveries that they stand for.
    pub(super) async fn refusals(&mut self) -> Result<(), Interrupted> {
        let crowded = self.crowded(CROWDED, None).await?;
        let end = self.young(self.keep.age).max(crowded.map_or(Uuid::nil(), following));
        loop {
            let gone: Vec<Uuid> = on_either!(&self.store.pools().read, |pool| {
                sqlx::query_scalar(OLDEST).bind(end).bind(LOOK).fetch_all(pool).await?
            });
            if gone.is_empty() {
                return Ok(());
            }
            let mut gone = &gone[..];
            while !gone.is_empty() {
                let (batch, rest) = self.turn(gone);
                gone = rest;
                let mut open = self.begin().await?;
                run(&mut open, DELETE, batch).await?;
                transaction::commit(open).await?;
                self.rest().await?;
            }
        }
    }
}
