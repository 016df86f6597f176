//! Writes that belong together.

use sqlx::{PgPool, Postgres, Sqlite, Transaction};
use tokio::sync::watch;

use crate::connect::Pool;
use crate::dialect::{Either, on_either};
use crate::error::StoreError;

/// An open transaction of one database.
pub(crate) type Open = Either<Transaction<'static, Sqlite>, Transaction<'static, Postgres>>;

pub(crate) async fn begin(pool: &Pool) -> Result<Open, StoreError> {
    Ok(match pool {
        // The write lock at once: a transaction that asks for it later fails where another has written meanwhile.
        Either::Sqlite(pool) => Either::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?),
        Either::Postgres(pool) => Either::Postgres(begin_to_its_end(pool.clone()).await?),
    })
}

/// Begins in a task of its own, which whoever is given up in the midst of waiting does not take along: where sqlx 0.9 is
/// broken off while PostgreSQL has not answered `BEGIN` yet, it puts the connection back with the transaction open, and
/// what others write with it later is never committed.
async fn begin_to_its_end(pool: PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let begun = tokio::spawn(async move { pool.begin().await }).await;
    begun.unwrap_or_else(|error| Err(sqlx::Error::Io(std::io::Error::other(error))))
}

pub(crate) async fn commit(open: Open) -> Result<(), StoreError> {
    Ok(on_either!(open, |transaction| transaction.commit().await)?)
}

/// Takes back what was written. Where a transaction is only dropped, what it has locked is free some time later, and a
/// claim that comes before that passes it by.
pub(crate) async fn rollback(open: Open) -> Result<(), StoreError> {
    Ok(on_either!(open, |transaction| transaction.rollback().await)?)
}

/// Writes that become durable together, or not at all where it is dropped. Reads of the [`crate::Store`] do not see
/// them before [`Tx::commit`] returns.
///
/// On SQLite nobody else can write while it is open: no network call belongs inside.
#[derive(Debug)]
pub struct Tx {
    pub(crate) open: Open,
    schedules: watch::Sender<()>,
    schedules_changed: bool,
}

impl Tx {
    /// `schedules` is told of a commit that changes some.
    pub(crate) const fn new(open: Open, schedules: watch::Sender<()>) -> Self {
        Self { open, schedules, schedules_changed: false }
    }

    /// Notes that the commit changes schedules.
    pub(crate) const fn schedules_changed(&mut self) {
        self.schedules_changed = true;
    }

    /// Makes it durable.
    pub async fn commit(self) -> Result<(), StoreError> {
        commit(self.open).await?;
        if self.schedules_changed {
            self.schedules.send_replace(());
        }
        Ok(())
    }
}
