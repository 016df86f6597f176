//! What can go wrong with what is durable.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::dialect::Dialect;
use crate::outage::Outage;

/// How often two transactions may have waited for each other before that is an error. Each time one of them goes through.
pub(crate) const MOST_DEADLOCKS: u32 = 5;

/// The database did not do what it was asked to. Nothing of the call was written.
///
/// Cloneable, because one failed commit is the answer to everyone who waited for it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The URL is for no database that is known here. The URL itself is not shown: it may hold a password.
    #[error("the database URL must begin with `sqlite://` or `postgres://`")]
    UnknownScheme,
    /// A database in memory cannot be shared by several connections and is gone after a restart.
    #[error("the database must be a file: use `sqlite://PATH`")]
    InMemory,
    /// The URL is malformed.
    #[error("the database URL cannot be read")]
    InvalidUrl(#[source] Arc<sqlx::Error>),
    /// The SQLite file cannot be made or opened.
    #[error("the database file `{}` cannot be opened", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Arc<io::Error>,
    },
    /// There is no way to the database.
    #[error("no connection to the database at `{place}`")]
    Connect {
        /// The host and port, or the file.
        place: String,
        /// Why.
        source: Arc<sqlx::Error>,
    },
    /// There is no thread for the task that writes.
    #[error("no thread to write on")]
    Thread(#[source] Arc<io::Error>),
    /// The tables cannot be brought to this version.
    #[error("the database cannot be brought to this version")]
    Migrate(#[source] Arc<sqlx::migrate::MigrateError>),
    /// It takes nothing at present, whoever asks.
    #[error("the database does not take it")]
    Unavailable(#[from] Outage),
    /// The file holds what no SQLite has written.
    #[error(
        "the database file `{}` is damaged ({cause}): stop every program that uses it, keep a copy, and put a back-up \
         in its place, without the files `-wal` and `-shm` beside it",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// SQLite's words.
        cause: String,
    },
    /// A statement or a commit failed.
    #[error("the database did not do what it was asked to")]
    Database(#[source] Arc<sqlx::Error>),
    /// A row holds what this version never writes.
    #[error("the stored {what} cannot be read")]
    Corrupt {
        /// The table's or column's name.
        what: &'static str,
    },
    /// A value has no JSON form.
    #[error("a value cannot be written as JSON")]
    Unwritable(#[source] Arc<serde_json::Error>),
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// Whether two nodes have waited for each other, and the database has ended this one's wait.
    pub(crate) fn is_a_deadlock(&self, dialect: Dialect) -> bool {
        dialect == Dialect::Postgres && self.code().is_some_and(|code| code == "40P01")
    }

    /// Whether the fault lies in what was to be written, so that the same statement without it may well work.
    pub(crate) fn is_about_the_data(&self, dialect: Dialect) -> bool {
        let Some(code) = self.code() else { return false };
        match dialect {
            // Primary result codes TOOBIG, CONSTRAINT and MISMATCH: <https://www.sqlite.org/rescode.html>
            Dialect::Sqlite => code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 18..=20)),
            // Classes "data exception", "integrity constraint violation" and "program limit exceeded":
            // <https://www.postgresql.org/docs/current/errcodes-appendix.html>
            Dialect::Postgres => ["22", "23", "54"].iter().any(|class| code.starts_with(class)),
        }
    }
}

impl StoreError {
    /// The database's own code for it.
    fn code(&self) -> Option<Cow<'_, str>> {
        let Self::Database(error) = self else { return None };
        error.as_database_error().and_then(sqlx::error::DatabaseError::code)
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolClosed => Self::Closed,
            error => Self::Database(Arc::new(error)),
        }
    }
}

/// Why a workflow was not created.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CreateError {
    /// Another workflow is called so.
    #[error("a workflow of that name exists already")]
    NameTaken,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a write that expects something of what is stored was not done.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WriteError {
    /// The row is not as the caller last saw it, or is gone.
    #[error("it was changed by somebody else meanwhile")]
    Conflict,
    /// The execution was to be recorded with it, and was not: there is none.
    #[error("the execution was not recorded")]
    NotRecorded,
    /// Another node has the execution now, or it has ended.
    #[error("the lease on the execution is lost")]
    LeaseLost,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a registration was not saved.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RegistrationError {
    /// Another trigger answers at that URL.
    #[error("another trigger uses that path already")]
    HookTaken,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

macro_rules! from_sqlx {
    ($($error:ty),+) => {$(
        impl From<sqlx::Error> for $error {
            fn from(error: sqlx::Error) -> Self {
                Self::Store(error.into())
            }
        }
    )+};
}

from_sqlx!(CreateError, WriteError);

impl From<sqlx::Error> for RegistrationError {
    fn from(error: sqlx::Error) -> Self {
        // The hook's is the only unique index that an upsert by id can run into.
        match error.as_database_error() {
            Some(refused) if refused.is_unique_violation() => Self::HookTaken,
            _ => Self::Store(error.into()),
        }
    }
}
