//! A connection on loan. One that was in the middle of a statement when its time was up does not go back: the next
//! step would wait for the end of that statement, or read its answer.

use std::ops::DerefMut as _;
use std::time::Duration;

use sqlx::pool::{Pool, PoolConnection, PoolOptions};
use sqlx::{Connection, Database};

use super::failure;
use crate::StepFailure;

/// The most connections to one database.
const MOST: u32 = 5;

/// How long one that nobody uses stays open.
const IDLE: Duration = Duration::from_secs(60);

/// A pool for one database. It opens nothing before it is asked.
pub(super) fn pool<D: Database>(options: <D::Connection as Connection>::Options) -> Pool<D> {
    PoolOptions::new()
        .max_connections(MOST)
        .min_connections(0)
        .idle_timeout(IDLE)
        .max_lifetime(Duration::from_mins(30))
        // The step's own time ends the wait earlier.
        .acquire_timeout(Duration::from_mins(10))
        .connect_lazy_with(options)
}

/// A connection on loan.
pub(super) struct Lease<D: Database>(Option<PoolConnection<D>>);

impl<D: Database> Lease<D> {
    /// Borrows a connection.
    pub(super) async fn take(pool: &Pool<D>) -> Result<Self, StepFailure> {
        pool.acquire().await.map(|connection| Self(Some(connection))).map_err(failure::of)
    }

    /// Gives it back for others to use. Whoever does not, closes it.
    pub(super) fn give_back(mut self) {
        drop(self.0.take());
    }

    /// The connection.
    pub(super) fn connection(&mut self) -> Result<&mut D::Connection, StepFailure> {
        let lent = self.0.as_mut().map(|connection| connection.deref_mut());
        lent.ok_or_else(|| StepFailure::connection("the connection is gone"))
    }
}

impl<D: Database> Drop for Lease<D> {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(connection.detach());
        }
    }
}
