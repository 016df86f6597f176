//! The door to everything durable.

use std::sync::Arc;

use bellhop_meters::Meters;

use crate::connect::{self, Pools};
use crate::dialect::{Dialect, on_either};
use crate::error::StoreError;
use crate::health::Health;
use crate::meters::StoreMeters;
use crate::transaction::{self, Tx};
use crate::work::{Commits, WorkSignal};
use crate::writer::Writer;

/// One database. Cloning it is cheap and gives the same one.
///
/// Each table's reads are in that table's module.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    pools: Pools,
    writer: Writer,
    commits: Commits,
    health: Health,
    meters: StoreMeters,
    /// Whose turn it is to try whether something can be written.
    probing: tokio::sync::Mutex<()>,
}

impl Store {
    /// Opens `sqlite://PATH` (made with mode 0600 where it does not exist) or `postgres://…`, and brings its tables to
    /// this version.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let pools = connect::open(url).await?;
        let commits = Commits::default();
        let meters = StoreMeters::new();
        let health = Health::of(pools.write.dialect(), meters.clone());
        let writer = Writer::start(pools.write.clone(), commits.clone(), health.clone(), meters.clone())?;
        let probing = tokio::sync::Mutex::default();
        Ok(Self { inner: Arc::new(Inner { pools, writer, commits, health, meters, probing }) })
    }

    /// Asks the database for an answer, and whether what was last written was taken.
    pub async fn ping(&self) -> Result<(), StoreError> {
        on_either!(&self.inner.pools.read, |pool| sqlx::query("SELECT 1").execute(pool).await.map(drop))
            .map_err(|error| self.inner.health.failed(error.into()))?;
        Ok(self.inner.health.outage().map_or(Ok(()), Err)?)
    }

    /// Writes what was handed in already, refuses what comes later, and closes every connection.
    pub async fn close(&self) {
        self.inner.writer.close().await;
        on_either!(&self.inner.pools.read, |pool| pool.close().await);
        on_either!(&self.inner.pools.write, |pool| pool.close().await);
    }

    /// Opens a transaction; on SQLite once every earlier one has ended.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let open = transaction::begin(&self.inner.pools.write).await;
        let open = open.map_err(|error| self.inner.health.failed(error))?;
        Ok(Tx::new(open, self.inner.commits.schedules.clone()))
    }

    /// Which database it is.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.inner.pools.write.dialect()
    }

    /// Tells when this process has committed executions that may be claimed, or has woken some, from now on.
    #[must_use]
    pub fn work_available(&self) -> WorkSignal {
        WorkSignal::of(&self.inner.commits.started)
    }

    /// Tells when this process has committed the end of an execution from now on.
    #[must_use]
    pub fn finished(&self) -> WorkSignal {
        WorkSignal::of(&self.inner.commits.finished)
    }

    /// Tells when this process has committed an execution's answer to a request that waits, from now on.
    #[must_use]
    pub fn answered(&self) -> WorkSignal {
        WorkSignal::of(&self.inner.commits.answered)
    }

    /// Tells when this process has committed the wish that a running execution be cancelled, from now on.
    #[must_use]
    pub fn cancels(&self) -> WorkSignal {
        WorkSignal::of(&self.inner.commits.cancels)
    }

    /// What is counted of the database, and of the executions in it that this process has to do with.
    #[must_use]
    pub fn meters(&self) -> &Meters {
        &self.inner.meters.all
    }

    pub(crate) fn counts(&self) -> &StoreMeters {
        &self.inner.meters
    }

    pub(crate) fn probing(&self) -> &tokio::sync::Mutex<()> {
        &self.inner.probing
    }

    pub(crate) fn commits(&self) -> &Commits {
        &self.inner.commits
    }

    /// Tells when this process has committed a change of a workflow's schedules from now on.
    #[must_use]
    pub fn schedules_changed(&self) -> WorkSignal {
        WorkSignal::of(&self.inner.commits.schedules)
    }

    pub(crate) fn health(&self) -> &Health {
        &self.inner.health
    }

    pub(crate) fn pools(&self) -> &Pools {
        &self.inner.pools
    }

    pub(crate) fn writer(&self) -> &Writer {
        &self.inner.writer
    }
}
