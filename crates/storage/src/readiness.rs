//! Whether the database can do its part: its tables are those of this version, and it takes what is written.

use std::time::Duration;

use crate::connect;
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::store::Store;
use crate::writer::probe;

/// A commit that is not longer ago shows that the next one will do. Whoever asks all the time has no more written.
const RECENT: Duration = Duration::from_secs(10);

const NEWEST: &str = "SELECT max(version) FROM _sqlx_migrations WHERE success";

/// Which migration the tables are at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrations {
    /// The newest that has been carried out.
    pub found: i64,
    /// The newest that this version knows.
    pub needed: i64,
}

impl Store {
    /// Asks which migration the tables are at.
    pub async fn migrations(&self) -> Result<Migrations, StoreError> {
        let found: Option<i64> =
            on_either!(&self.pools().read, |pool| { sqlx::query_scalar(NEWEST).fetch_one(pool).await? });
        Ok(Migrations { found: found.unwrap_or_default(), needed: connect::newest_migration(self.dialect()) })
    }

    /// Whether the database answers and takes what is written: it has just done so, or a commit of nothing is tried. One at a time
    /// tries, and the others wait for what comes of it.
    pub async fn check_writable(&self) -> Result<(), StoreError> {
        self.ping().await?;
        let health = self.health();
        if !health.has_written_within(RECENT) {
            let _turn = self.probing().lock().await;
            if !health.has_written_within(RECENT) {
                probe::try_to_write(&self.pools().write).await.map_err(|error| health.failed(error))?;
                health.wrote();
            }
        }
        Ok(())
    }
}
