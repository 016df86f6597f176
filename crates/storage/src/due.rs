//! When there is something to claim next.

use bellhop_workflow::time::Timestamp;

use crate::dialect::on_either;
use crate::error::StoreError;
use crate::store::Store;

const NEXT_DUE: &str = "SELECT min(due_at) FROM executions WHERE due_at IS NOT NULL";

impl Store {
    /// The instant at which the next execution falls due, whoever holds it now: it was recorded, its pause ends, or its
    /// lease runs out. None where no execution is unfinished, or all wait for something outside.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let due: Option<i64> =
            on_either!(&self.pools().read, |pool| { sqlx::query_scalar(NEXT_DUE).fetch_one(pool).await? });
        Ok(due.map(Timestamp::from_micros))
    }
}
