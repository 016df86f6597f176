//! Whether the database takes something again, while nobody has anything for it.

use std::path::Path;

use sqlx::SqlitePool;

use crate::connect::Pool;
use crate::dialect::Either;
use crate::error::StoreError;
use crate::health::Health;
use crate::transaction;

/// How much room there has to be on the disk: that one page can be written says nothing about the next delivery.
const ROOM: usize = 256 * 1_024;

// A statement that changes nothing, and waits as an insert would for whoever has locked the table.
const NOTHING: &str = "
    UPDATE executions SET due_at = due_at WHERE id = '00000000-0000-0000-0000-000000000000'";

// A number that is the application's, and that this one does not use: the page that holds it is written all the same.
const ONE_PAGE: &str = "PRAGMA user_version = 0";

/// Commits something that changes nothing, and notes what came of it.
pub(super) async fn write(pool: &Pool, health: &Health) {
    match try_to_write(pool).await {
        Ok(()) => health.wrote(),
        // What it was told as, it was told as before.
        Err(error) => drop(health.failed(error)),
    }
}

/// The same, where it is for somebody else to note.
pub(crate) async fn try_to_write(pool: &Pool) -> Result<(), StoreError> {
    if let Either::Sqlite(pool) = pool {
        look_for_room(pool).await?;
    }
    let mut open = transaction::begin(pool).await?;
    match &mut open {
        Either::Sqlite(transaction) => {
            sqlx::query(ONE_PAGE).execute(&mut **transaction).await?;
        }
        Either::Postgres(transaction) => {
            sqlx::query(NOTHING).execute(&mut **transaction).await?;
        }
    }
    transaction::commit(open).await
}

/// Writes a file beside the database and takes it away again.
async fn look_for_room(pool: &SqlitePool) -> Result<(), StoreError> {
    let options = pool.connect_options();
    let mut name = options.get_filename().as_os_str().to_owned();
    name.push("-room");
    let file = Path::new(&name);
    let written = tokio::fs::write(file, vec![0; ROOM]).await;
    let removed = tokio::fs::remove_file(file).await;
    Ok(written.and(removed).map_err(sqlx::Error::Io)?)
}
