//! PostgreSQL: one pool for all.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::Pools;
use crate::dialect::Either;
use crate::error::StoreError;

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

/// Few enough that a handful of nodes stays below a server's usual limit of 100.
const CONNECTIONS: u32 = 16;

/// How long a caller waits for a connection before it is told that there is none.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) async fn open(url: &str) -> Result<Pools, StoreError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|error| StoreError::InvalidUrl(Arc::new(error)))?
        .application_name("bellhop");
    let place = format!("{}:{}", options.get_host(), options.get_port());
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options)
        .await
        .map_err(|error| StoreError::Connect { place, source: Arc::new(error) })?;
    MIGRATIONS.run(&pool).await.map_err(|error| StoreError::Migrate(Arc::new(error)))?;
    Ok(Pools { read: Either::Postgres(pool.clone()), write: Either::Postgres(pool) })
}
