//! When there is something to claim next.

use bellhop_workflow::time::Timestamp;

use crate::claim;
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::store::Store;

impl Store {
    /// The instant at which the next execution falls due, whoever holds it now: it was recorded, its pause ends, or its
    /// lease runs out. None where no execution is unfinished, or all wait for something outside.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.next_due_from(i64::MIN).await
    }

    /// The same without what is due already.
    pub async fn next_due_after(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        self.next_due_from(now.as_micros()).await
    }

    async fn next_due_from(&self, after: i64) -> Result<Option<Timestamp>, StoreError> {
        let next_due = claim::next_due(self.dialect());
        let due: Option<i64> = on_either!(&self.pools().read, |pool| {
            sqlx::query_scalar(next_due).bind(after).fetch_one(pool).await?
        });
        Ok(due.map(Timestamp::from_micros))
    }
}
