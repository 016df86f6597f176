//! Pages of the file that nothing is in any more, and the write-ahead log: on SQLite only.
//!
//! What is deleted at a steady rate makes room for what comes, in the same file. Only where much more is free than that
//! (a burst has gone, somebody has pruned) is it worth the work to give it back.

use sqlx::{AssertSqlSafe, SqlitePool};
use tokio::time::Instant;

use super::{Interrupted, Sweep};
use crate::dialect::Either;
use crate::error::StoreError;

/// How many free bytes are left alone.
const SPARE: i64 = 16 << 20;

/// Which part of the file may be free beyond that: one in so many.
const PART: i64 = 4;

/// How many bytes one transaction gives back.
const BATCH: i64 = 1 << 20;

/// From how many bytes on the write-ahead log is emptied by force. Readers who come and go without a pause can keep it from
/// starting anew, and it would grow for ever.
const LONGEST_LOG: i64 = 64 << 20;

impl Sweep<'_> {
    pub(super) async fn space(&mut self) -> Result<(), Interrupted> {
        let Either::Sqlite(pool) = &self.store.pools().write else { return Ok(()) };
        // What made the file has chosen it.
        let page: i64 = sqlx::query_scalar("PRAGMA page_size").fetch_one(pool).await?;
        let give_back = format!("PRAGMA incremental_vacuum({})", BATCH / page);
        while much_is_free(pool, page).await? {
            // All its rows have to be fetched: it frees one page for each.
            self.begun = Instant::now();
            sqlx::raw_sql(AssertSqlSafe(give_back.as_str())).fetch_all(pool).await?;
            self.rest().await?;
        }
        let (_busy, length, _done): (i64, i64, i64) =
            sqlx::query_as("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(pool).await?;
        if length > LONGEST_LOG / page {
            sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetch_all(pool).await?;
        }
        Ok(())
    }
}

async fn much_is_free(pool: &SqlitePool, page: i64) -> Result<bool, StoreError> {
    // A database that an older version made, or somebody has vacuumed otherwise, cannot give anything back in parts.
    let incremental: i64 = sqlx::query_scalar("PRAGMA auto_vacuum").fetch_one(pool).await?;
    let free: i64 = sqlx::query_scalar("PRAGMA freelist_count").fetch_one(pool).await?;
    let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(pool).await?;
    Ok(incremental == 2 && free > SPARE / page && free > pages / PART)
}
