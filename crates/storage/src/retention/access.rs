//! The audit log, and tokens and sessions that are not taken any more.

use uuid::Uuid;

use super::delete::run;
use super::executions::following;
use super::{Interrupted, Sweep};
use crate::dialect::on_either;
use crate::transaction;

/// How many are looked at in one query.
const LOOK: i64 = 1_024;

const CROWDED: &str = "SELECT id FROM audit ORDER BY id DESC LIMIT 1 OFFSET $1";

const OLDEST: &str = "SELECT id FROM audit WHERE id < $1 ORDER BY id LIMIT $2";

const DELETE: &str = "DELETE FROM audit WHERE id IN (";

const ENDED: &str = "SELECT id FROM tokens WHERE revoked_at < $1 OR expires_at < $1 ORDER BY id LIMIT $2";

const EXPIRED: &str = "SELECT 1 FROM sessions WHERE expires_at <= $1 LIMIT 1";

const DELETE_SESSIONS: &str = "DELETE FROM sessions WHERE expires_at <= $1";

const DELETE_TOKENS: &str = "DELETE FROM tokens WHERE id IN (";

impl Sweep<'_> {
    /// Entries go by their age, and by the same number as executions.
    pub(super) async fn audit(&mut self) -> Result<(), Interrupted> {
        let crowded = self.crowded(CROWDED, None).await?;
        let end = self.young(self.keep.age).max(crowded.map_or(Uuid::nil(), following));
        loop {
            let gone: Vec<Uuid> = on_either!(&self.store.pools().read, |pool| {
                sqlx::query_scalar(OLDEST).bind(end).bind(LOOK).fetch_all(pool).await?
            });
            if gone.is_empty() {
                return Ok(());
            }
            self.all(DELETE, &gone).await?;
        }
    }

    /// A token that was revoked or has expired goes so long after that.
    pub(super) async fn tokens(&mut self) -> Result<(), Interrupted> {
        let Some(aged) = self.ago(self.keep.age) else { return Ok(()) };
        loop {
            let gone: Vec<Uuid> = on_either!(&self.store.pools().read, |pool| {
                sqlx::query_scalar(ENDED).bind(aged.as_micros()).bind(LOOK).fetch_all(pool).await?
            });
            if gone.is_empty() {
                return Ok(());
            }
            self.all(DELETE_TOKENS, &gone).await?;
        }
    }

    /// A session that has expired is of no use to anybody.
    pub(super) async fn sessions(&mut self) -> Result<(), Interrupted> {
        let now = self.now.as_micros();
        let expired: Option<i32> = on_either!(&self.store.pools().read, |pool| {
            sqlx::query_scalar(EXPIRED).bind(now).fetch_optional(pool).await?
        });
        if expired.is_none() {
            return Ok(());
        }
        let mut open = self.begin().await?;
        on_either!(&mut open, |transaction| {
            sqlx::query(DELETE_SESSIONS).bind(now).execute(&mut **transaction).await?;
        });
        transaction::commit(open).await?;
        self.rest().await
    }

    /// Runs the statement over all of the ids, a part at a time.
    async fn all(&mut self, statement: &'static str, mut ids: &[Uuid]) -> Result<(), Interrupted> {
        while !ids.is_empty() {
            let (batch, rest) = self.turn(ids);
            ids = rest;
            let mut open = self.begin().await?;
            run(&mut open, statement, batch).await?;
            transaction::commit(open).await?;
            self.rest().await?;
        }
        Ok(())
    }
}
