//! Counts of refused deliveries.

use bellhop_workflow::time::Timestamp;
use uuid::Uuid;

use super::delete::run;
use super::executions::following;
use super::{Interrupted, Sweep};
use crate::dialect::on_either;
use crate::transaction;

/// How many are looked at in one query.
const LOOK: i64 = 1_024;

const CROWDED: &str = "SELECT id FROM refusals ORDER BY id DESC LIMIT 1 OFFSET $1";

// There are as many as hooks, reasons and hours: few enough to be read without an index.
const OLDEST: &str = "SELECT id FROM refusals WHERE last_at < $1 OR id < $2 ORDER BY id LIMIT $3";

const DELETE: &str = "DELETE FROM refusals WHERE id IN (";

impl Sweep<'_> {
    /// They go by the same number as the deliveries that they stand for, and by the same age, from the last of them on.
    pub(super) async fn refusals(&mut self) -> Result<(), Interrupted> {
        let crowded = self.crowded(CROWDED, None).await?;
        let crowded = crowded.map_or(Uuid::nil(), following);
        let young = self.ago(self.keep.age).map_or(i64::MIN, Timestamp::as_micros);
        loop {
            let gone: Vec<Uuid> = on_either!(&self.store.pools().read, |pool| {
                sqlx::query_scalar(OLDEST).bind(young).bind(crowded).bind(LOOK).fetch_all(pool).await?
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
