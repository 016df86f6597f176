//! SQLite: one connection that writes, several that read.

use std::fs;
use std::io;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _};

use super::{Pools, damage, wal};
use crate::dialect::Either;
use crate::error::StoreError;

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// How long a statement waits for another process's lock: a backup, or somebody with a shell. Long enough for what
/// such a one does in passing, short enough that whoever delivers is told 503 before giving up by itself.
const BUSY_TIMEOUT: Duration = Duration::from_secs(3);

/// How long a caller waits for a connection: those that write take turns, and one of them may wait for a lock.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Readers never wait for the writer, and a handful keeps up with what one process asks. Each is a thread that holds the
/// tables' description and its own statements, a quarter of a megabyte.
const READERS: u32 = 4;

/// How much of the file the connection that writes keeps in memory, in KiB (SQLite takes a negative number for that): the
/// pages of the indexes whose keys lie anywhere, which would be read anew for each row.
const WRITER_CACHE: &str = "-16384";

/// How large a new database's pages are, in bytes: twice what SQLite takes by itself. A commit of many rows then writes fewer
/// of them, and the pages that a body spills over to are better filled.
const PAGE_SIZE: u32 = 8_192;

/// What the write-ahead log shrinks back to after a burst.
const JOURNAL_SIZE_LIMIT: &str = "67108864";

pub(super) async fn open(url: &str) -> Result<Pools, StoreError> {
    let options =
        SqliteConnectOptions::from_str(url).map_err(|error| StoreError::InvalidUrl(Arc::new(error)))?;
    let path = options.get_filename().to_owned();
    if url.contains(":memory:") || url.contains("mode=memory") || path.as_os_str().is_empty() {
        return Err(StoreError::InMemory);
    }
    create_private(&path)
        .map_err(|error| StoreError::File { path: path.clone(), source: Arc::new(error) })?;

    let options = options
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        // A commit is on the disk when it returns, also if the power goes: a 2xx is a promise.
        .synchronous(SqliteSynchronous::Full)
        .pragma("journal_size_limit", JOURNAL_SIZE_LIMIT);
    let connect = |error| {
        damage::of(&path, &error).unwrap_or_else(|| StoreError::Connect {
            place: path.display().to_string(),
            source: Arc::new(error),
        })
    };
    let migrate = |error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => connect(error),
        error => StoreError::Migrate(Arc::new(error)),
    };

    if is_empty(&path) {
        // Chosen before the first table exists, or not at all. Apart from the others: each connection that chose it again
        // would write, onto a full disk and over what a crash has left.
        let first = options.clone().page_size(PAGE_SIZE).auto_vacuum(SqliteAutoVacuum::Incremental);
        let mut first = first.connect().await.map_err(connect)?;
        MIGRATIONS.run(&mut first).await.map_err(migrate)?;
        first.close().await.map_err(connect)?;
    }
    let writing = options.clone().pragma("cache_size", WRITER_CACHE);
    let writer = pool(1).connect_with(writing).await.map_err(connect)?;
    wal::tell_of_what_is_left_out(&path);
    MIGRATIONS.run(&writer).await.map_err(migrate)?;
    damage::look_for(&writer).await.map_err(connect)?;
    let readers = pool(READERS).connect_with(options.pragma("query_only", "ON")).await.map_err(connect)?;
    Ok(Pools { read: Either::Sqlite(readers), write: Either::Sqlite(writer) })
}

/// A connection to a file does not grow stale, so none is replaced for its age or tested.
fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        // After some errors (a full disk, above all) SQLite has ended the transaction by itself. The driver takes its own
        // ROLLBACK for failed then, goes on believing that one is open, and would never begin another.
        .after_release(|connection, _| {
            Box::pin(async move {
                if connection.is_in_transaction() {
                    // Behind whatever the driver has in its queue, such as the ROLLBACK of what was dropped.
                    connection.ping().await?;
                }
                Ok(!connection.is_in_transaction())
            })
        })
}

/// Whether nothing was ever written to the file.
fn is_empty(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.len() == 0)
}

/// Makes the file so that only its owner can read it: it holds what customers sent. SQLite gives the files beside it
/// (`-wal`, `-shm`) the same mode.
fn create_private(path: &Path) -> io::Result<()> {
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        fs::create_dir_all(directory)?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
