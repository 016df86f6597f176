//! The server's database, read beside it.
//!
//! How many executions are finished is asked here and not over REST, because it is asked many times a second while the
//! server is measured: the newest row's number less the rows of the partial index of unfinished ones, which costs what
//! the backlog is long and nothing of the server's own time.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

use crate::error::BenchError;

/// The newest row's number is how many there ever were: the benchmark deletes none, and a server that is minutes old
/// has none that is old enough.
const STANDING: &str = "
    SELECT (SELECT coalesce(max(rowid), 0) FROM executions) AS started,
           (SELECT count(*) FROM executions WHERE finished_at IS NULL) AS unfinished";

const SUCCEEDED: &str = "
    SELECT count(*), count(*) FILTER (WHERE status = 'succeeded') FROM executions WHERE rowid > $1";

const SIZE: &str = "
    SELECT (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size)";

/// A connection that only reads.
pub(crate) struct Database(SqlitePool);

/// How many executions there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) started: u64,
    pub(crate) unfinished: u64,
}

impl Standing {
    pub(crate) const fn finished(self) -> u64 {
        self.started.saturating_sub(self.unfinished)
    }
}

impl Database {
    pub(crate) async fn open(file: &Path) -> Result<Self, BenchError> {
        let options = SqliteConnectOptions::new().filename(file).read_only(true);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
        Ok(Self(pool))
    }

    /// How many executions have begun and how many of them have not ended, at one instant.
    pub(crate) async fn standing(&self) -> Result<Standing, BenchError> {
        let (started, unfinished): (i64, i64) = sqlx::query_as(STANDING).fetch_one(&self.0).await?;
        Ok(Standing { started: count(started), unfinished: count(unfinished) })
    }

    /// How many executions came after the first `before`, and how many of those have succeeded.
    pub(crate) async fn succeeded_after(&self, before: u64) -> Result<(u64, u64), BenchError> {
        let before = i64::try_from(before).unwrap_or(i64::MAX);
        let (all, succeeded): (i64, i64) = sqlx::query_as(SUCCEEDED).bind(before).fetch_one(&self.0).await?;
        Ok((count(all), count(succeeded)))
    }

    /// How many bytes the file has once its write-ahead log is in it.
    pub(crate) async fn bytes(&self) -> Result<u64, BenchError> {
        let (bytes,): (i64,) = sqlx::query_as(SIZE).fetch_one(&self.0).await?;
        Ok(count(bytes))
    }

    pub(crate) async fn close(self) {
        self.0.close().await;
    }
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
