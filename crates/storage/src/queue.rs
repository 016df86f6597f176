//! What waits to be run, and what registrations there are: for whoever watches the server.

use bellhop_workflow::time::Timestamp;
use sqlx::FromRow;

use crate::claim;
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::store::Store;

/// So many of each workflow are counted at most: what it costs to watch must not grow with what waits.
const MOST: i64 = 100_000;

const REGISTRATIONS: &str = "
    SELECT state, coalesce(vendor_status, '') AS vendor_status, count(*) AS registrations
    FROM registrations GROUP BY 1, 2 ORDER BY 1, 2";

/// What is due and that nobody runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// How many executions; of one workflow 100,000 where there are more.
    pub depth: i64,
    /// Since when the one has been due that has waited longest.
    pub since: Option<Timestamp>,
}

/// How many registrations stand so.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct RegistrationCount {
    /// Where they stand here.
    pub state: String,
    /// What the vendor says; empty where it has said nothing.
    pub vendor_status: String,
    /// How many.
    pub registrations: i64,
}

impl Store {
    /// What is due at `now` and that nobody runs.
    pub async fn queue(&self, now: Timestamp) -> Result<Queue, StoreError> {
        let depth = claim::depth(self.dialect());
        let next_due = claim::next_due(self.dialect());
        let (depth, first): (i64, Option<i64>) = on_either!(&self.pools().read, |pool| {
            let depth = sqlx::query_scalar(depth).bind(now.as_micros()).bind(MOST).fetch_one(pool).await?;
            (depth, sqlx::query_scalar(next_due).bind(i64::MIN).fetch_one(pool).await?)
        });
        let since = first.map(Timestamp::from_micros).filter(|first| *first <= now);
        Ok(Queue { depth, since })
    }

    /// How many registrations stand how.
    pub async fn registration_counts(&self) -> Result<Vec<RegistrationCount>, StoreError> {
        Ok(on_either!(&self.pools().read, |pool| { sqlx::query_as(REGISTRATIONS).fetch_all(pool).await? }))
    }
}
