//! Pages of the file that nothing is in any more, and the write-ahead log: on SQLite only.
//!
//! What is deleted at a steady rate makes room for what comes, in the same file. Only where much more is free than that
//! (a burst has gone, somebody has pruned) is it worth the work to give it back.

use sqlx::SqlitePool;
use tokio::time::Instant;

use super::{Interrupted, Sweep};
use crate::dialect::Either;
use crate::error::StoreError;

/// How many free pages are left alone: 16 MiB.
const SPARE: i64 = 4_096;

/// Which part of the file may be free beyond that: one in so many.
const PART: i64 = 4;

/// How many pages one transaction gives back: 1 MiB.
const BATCH: &str = "PRAGMA incremental_vacuum(256)";

/// From how many pages on the write-ahead log is emptied by force: 64 MiB. Readers who come and go without a pause can
/// keep it from starting anew, and it would grow for ever.
const LONGEST_LOG: i64 = 16_384;

impl Sweep<'_> {
    pub(super) async fn space(&mut self) -> Result<(), Interrupted> {
        let Either::Sqlite(pool) = &self.store.pools().write else { return Ok(()) };
        while much_is_free(pool).await? {
            // All its rows have to be fetched: it frees one page for each.
            self.begun = Instant::now();
            sqlx::raw_sql(BATCH).fetch_all(pool).await?;
            self.rest().await?;
        }
        let (_busy, length, _done): (i64, i64, i64) =
            sqlx::query_as("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(pool).await?;
        if length > LONGEST_LOG {
            sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetch_all(pool).await?;
        }
        Ok(())
    }
}

async fn much_is_free(pool: &SqlitePool) -> Result<bool, StoreError> {
    // A database that an older version made, or somebody has vacuumed otherwise, cannot give anything back in parts.
    let incremental: i64 = sqlx::query_scalar("PRAGMA auto_vacuum").fetch_one(pool).await?;
    let free: i64 = sqlx::query_scalar("PRAGMA freelist_count").fetch_one(pool).await?;
    let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(pool).await?;
    Ok(incremental == 2 && free > SPARE && free > pages / PART)
}
