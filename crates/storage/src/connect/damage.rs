//! A database file that is not what SQLite has written.

use std::path::Path;

use sqlx::{AssertSqlSafe, SqlitePool};

use crate::error::StoreError;

/// What an error says about the file, where it says that it is damaged.
pub(super) fn of(path: &Path, error: &sqlx::Error) -> Option<StoreError> {
    let error = error.as_database_error()?;
    let code: u32 = error.code()?.parse().ok()?;
    // Primary result codes CORRUPT and NOTADB: <https://www.sqlite.org/rescode.html>
    matches!(code & 0xff, 11 | 26)
        .then(|| StoreError::Damaged { path: path.to_owned(), cause: error.message().to_owned() })
}

/// Reads a row of each table. To read all of a large file would take minutes; this finds what a server would stumble over
/// with its first delivery.
pub(super) async fn look_for(pool: &SqlitePool) -> Result<(), sqlx::Error> {
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table'").fetch_all(pool).await?;
    for table in tables {
        let statement = format!("SELECT * FROM \"{table}\" LIMIT 1");
        // The name is one of our own migrations'.
        sqlx::query(AssertSqlSafe(statement)).fetch_optional(pool).await?;
    }
    Ok(())
}
