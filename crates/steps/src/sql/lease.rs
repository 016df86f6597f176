//! Connections on loan. One that was in the middle of a statement when its time was up does not go back: the next step
//! would wait for the end of that statement, or read its answer.
//!
//! `sqlx` has a pool of its own, but one that keeps trying where a server refuses, until it can only say that it took
//! too long. A step has to say what the server said.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use sqlx::{ConnectOptions as _, Connection, Database};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::failure;
use crate::StepFailure;

/// The most connections to one database.
const MOST: usize = 5;

/// How long one that nobody uses stays open.
const IDLE: Duration = Duration::from_mins(1);

/// The connections to one database; none before the first is asked for. A clone shares them.
pub(super) struct Pool<D: Database> {
    options: Arc<<D::Connection as Connection>::Options>,
    places: Arc<Semaphore>,
    idle: Arc<Idle<D>>,
}

/// Open connections that nobody uses, each with when it came back.
type Idle<D> = Mutex<Vec<(<D as Database>::Connection, Instant)>>;

impl<D: Database> Pool<D> {
    /// The database at these options.
    pub(super) fn new(options: <D::Connection as Connection>::Options) -> Self {
        Self { options: Arc::new(options), places: Arc::new(Semaphore::new(MOST)), idle: Arc::default() }
    }

    /// What it connects with.
    pub(super) fn options(&self) -> &<D::Connection as Connection>::Options {
        &self.options
    }

    /// Borrows a connection: one that is open and alive, or a new one.
    pub(super) async fn take(&self) -> Result<Lease<D>, StepFailure> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|_| StepFailure::connection("the server is ending"))?;
        while let Some(mut connection) = self.newest() {
            if connection.ping().await.is_ok() {
                return Ok(Lease { connection, idle: Arc::clone(&self.idle), _place: place });
            }
        }
        let connection = self.options.connect().await.map_err(failure::of)?;
        Ok(Lease { connection, idle: Arc::clone(&self.idle), _place: place })
    }

    fn newest(&self) -> Option<D::Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.pop().map(|(connection, _)| connection)
    }
}

impl<D: Database> Clone for Pool<D> {
    fn clone(&self) -> Self {
        Self {
            options: Arc::clone(&self.options),
            places: Arc::clone(&self.places),
            idle: Arc::clone(&self.idle),
        }
    }
}

/// A connection on loan. It is closed when this goes.
pub(super) struct Lease<D: Database> {
    pub(super) connection: D::Connection,
    idle: Arc<Idle<D>>,
    _place: OwnedSemaphorePermit,
}

impl<D: Database> Lease<D> {
    /// Gives it back for others to use. Nobody does for a while: then it is closed.
    pub(super) fn give_back(self) {
        let Self { connection, idle, .. } = self;
        idle.lock().unwrap_or_else(PoisonError::into_inner).push((connection, Instant::now()));
        tokio::spawn(close_later::<D>(Arc::downgrade(&idle)));
    }
}

/// Ends by itself, after a minute. The connections may be gone before.
async fn close_later<D: Database>(idle: Weak<Idle<D>>) {
    tokio::time::sleep(IDLE).await;
    if let Some(idle) = idle.upgrade() {
        let mut idle = idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(_, since)| since.elapsed() < IDLE);
    }
}
