//! A copy of a database file that may be in use.

use std::path::Path;

use super::CopyError;
use super::bare::{Bare, failed};
use crate::dialect::Either;

/// Writes the database, as it is at one instant, into an empty file. Whoever writes to it meanwhile goes on: this only
/// reads, in one transaction. (SQLite's backup interface would begin anew with every commit of another process.)
///
/// The copy is one file, without a write-ahead log beside it, and not durable yet.
pub async fn snapshot(database: &Path, target: &Path) -> Result<(), CopyError> {
    let target = target.to_str().ok_or_else(|| CopyError::Path(target.to_owned()))?;
    let mut bare = Bare::open_file(database).await?;
    if let Either::Sqlite(line) = &mut bare.line {
        let copied = sqlx::query("VACUUM INTO $1").bind(target).execute(line).await;
        copied.map_err(|error| failed(database, error))?;
    }
    bare.close().await
}

impl Bare {
    /// Brings what is in a database's write-ahead log into its file, where no server is at it. Afterwards the file is all
    /// there is of it.
    pub async fn fold_log(database: &Path) -> Result<(), CopyError> {
        let mut bare = Self::open_file_to_write(database).await?;
        if let Either::Sqlite(line) = &mut bare.line {
            let folded = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(line).await;
            folded.map_err(|error| failed(database, error))?;
        }
        bare.close().await
    }
}
