//! When a server was last up: after a longer absence, what a vendor has given up sending is fetched.

use bellhop_workflow::time::Timestamp;

use crate::dialect::on_either;
use crate::error::StoreError;
use crate::store::Store;

// Never backwards: another node may have written a later time.
const SEEN: &str = "
    INSERT INTO presence (id, seen_at) VALUES (1, $1)
    ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at WHERE presence.seen_at < excluded.seen_at";

const LAST: &str = "SELECT seen_at FROM presence WHERE id = 1";

impl Store {
    /// Writes down that a server is up.
    pub async fn is_present(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        on_either!(&mut tx.open, |transaction| {
            sqlx::query(SEEN).bind(now.as_micros()).execute(&mut **transaction).await?;
        });
        tx.commit().await
    }

    /// When a server was last up; none where none has been.
    pub async fn last_present(&self) -> Result<Option<Timestamp>, StoreError> {
        let seen: Option<i64> =
            on_either!(&self.pools().read, |pool| sqlx::query_scalar(LAST).fetch_optional(pool).await?);
        Ok(seen.map(Timestamp::from_micros))
    }
}
