//! Opening the database that a URL names.

mod damage;
mod postgres;
mod sqlite;
mod wal;

use sqlx::{PgPool, SqlitePool};

use crate::dialect::{Dialect, Either};
use crate::error::StoreError;

/// Connections of one database.
pub(crate) type Pool = Either<SqlitePool, PgPool>;

/// Where reads go and where writes go. On PostgreSQL that is the same pool.
#[derive(Debug, Clone)]
pub(crate) struct Pools {
    pub(crate) read: Pool,
    pub(crate) write: Pool,
}

/// The number of the newest migration that there is for it.
pub(crate) fn newest_migration(dialect: Dialect) -> i64 {
    let migrations = match dialect {
        Dialect::Sqlite => &sqlite::MIGRATIONS,
        Dialect::Postgres => &postgres::MIGRATIONS,
    };
    migrations.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Opens the database and brings its tables to this version.
pub(crate) async fn open(url: &str) -> Result<Pools, StoreError> {
    match url.split_once(':') {
        Some(("sqlite", _)) => sqlite::open(url).await,
        Some(("postgres" | "postgresql", _)) => postgres::open(url).await,
        _ => Err(StoreError::UnknownScheme),
    }
}

/// The numbers of the migrations that this version knows, in their order.
pub(crate) fn versions(dialect: Dialect) -> Vec<i64> {
    let migrations = match dialect {
        Dialect::Sqlite => &sqlite::MIGRATIONS,
        Dialect::Postgres => &postgres::MIGRATIONS,
    };
    migrations.iter().map(|migration| migration.version).collect()
}
