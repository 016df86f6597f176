//! PostgreSQL: one pool for all.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _};

use super::Pools;
use crate::dialect::Either;
use crate::error::StoreError;

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

/// Few enough that a handful of nodes stays below a server's usual limit of 100.
const CONNECTIONS: u32 = 16;

/// How long a caller waits for a connection before it is told that there is none: not for so long that whoever delivers
/// gives up by itself before being told 503.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);

// How long a statement waits for somebody else's lock. The nodes' own are held for a commit at most. As a statement, because
// not everything that stands between a client and its server lets it through as a parameter of the connection.
const LOCK_TIMEOUT: &str = "SET lock_timeout = '3s'";

pub(super) async fn open(url: &str) -> Result<Pools, StoreError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|error| StoreError::InvalidUrl(Arc::new(error)))?
        .application_name("bellhop");
    let place = format!("{}:{}", options.get_host(), options.get_port());
    let connect = |error| StoreError::Connect { place: place.clone(), source: Arc::new(error) };
    // Apart from the pool: a node that starts waits for as long as another one needs to bring the tables to this version.
    let mut migrating: PgConnection = options.connect().await.map_err(connect)?;
    MIGRATIONS.run(&mut migrating).await.map_err(|error| StoreError::Migrate(Arc::new(error)))?;
    migrating.close().await.map_err(connect)?;
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(|connection, _| {
            Box::pin(async move { sqlx::query(LOCK_TIMEOUT).execute(connection).await.map(drop) })
        })
        .connect_with(options)
        .await
        .map_err(connect)?;
    Ok(Pools { read: Either::Postgres(pool.clone()), write: Either::Postgres(pool) })
}
