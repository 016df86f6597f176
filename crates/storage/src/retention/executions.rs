//! Executions that are too old, or too many.

use sqlx::FromRow;
use uuid::Uuid;

use super::delete::delete;
use super::{Interrupted, Sweep};
use crate::dialect::on_either;
use crate::transaction;

/// How many are looked at in one query. Reading does not keep anybody from writing.
const LOOK: i64 = 1_024;

const CROWDED: &str = "SELECT id FROM executions ORDER BY id DESC LIMIT 1 OFFSET $1";

// By the primary key from the oldest on, so that what has to stay is passed once.
const OLDEST: &str = "
    SELECT id, finished_at FROM executions WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3";

#[derive(Debug, FromRow)]
struct Oldest {
    id: Uuid,
    finished_at: Option<i64>,
}

impl Sweep<'_> {
    pub(super) async fn executions(&mut self) -> Result<(), Interrupted> {
        let aged = self.ago(self.keep.age).map(bellhop_workflow::time::Timestamp::as_micros);
        let crowded = self.crowded(CROWDED, None).await?;
        let end = self.young(self.keep.age).max(crowded.map_or(Uuid::nil(), following));
        let mut last = Uuid::nil();
        loop {
            let looked: Vec<Oldest> = on_either!(&self.store.pools().read, |pool| {
                sqlx::query_as(OLDEST).bind(last).bind(end).bind(LOOK).fetch_all(pool).await?
            });
            let Some(row) = looked.last() else { return Ok(()) };
            last = row.id;
            let too_many = |row: &Oldest| crowded.is_some_and(|crowded| row.id <= crowded);
            let (mut old, mut many) = (Vec::new(), Vec::new());
            for row in looked {
                match row.finished_at {
                    Some(finished_at) if aged.is_some_and(|aged| finished_at < aged) => old.push(row.id),
                    Some(_) if too_many(&row) => many.push(row.id),
                    _ => {}
                }
            }
            self.delete_all(&old, false).await?;
            self.delete_all(&many, true).await?;
        }
    }

    async fn delete_all(&mut self, mut executions: &[Uuid], crowded: bool) -> Result<(), Interrupted> {
        while !executions.is_empty() {
            let (batch, rest) = self.turn(executions);
            executions = rest;
            let mut open = self.begin().await?;
            let deleted = delete(&mut open, batch).await?;
            transaction::commit(open).await?;
            self.swept.executions += deleted.executions;
            if crowded {
                self.swept.crowded_out = self.swept.crowded_out.max(deleted.latest);
            }
            self.rest().await?;
        }
        Ok(())
    }
}

/// The id after that one.
pub(super) fn following(id: Uuid) -> Uuid {
    Uuid::from_u128(id.as_u128().saturating_add(1))
}
