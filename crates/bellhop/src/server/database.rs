//! The database, and the lock that keeps a second server off the same file.

use std::path::{Path, PathBuf};

use bellhop_storage::Store;

use super::StartError;
use super::cut_short::{self, Stands};
use super::files::{FileError, Lock};
use crate::config::{ConfigError, Role, Settings};

/// Refuses half a server on a database that only one server can have.
pub(crate) fn check_role(settings: &Settings) -> Result<(), ConfigError> {
    if settings.role == Role::All || sqlite_path(&url(settings)).is_none() {
        return Ok(());
    }
    Err(ConfigError::Invalid(
        "`role`: a SQLite file has one server, which has to be `all`; nodes that share the work need PostgreSQL".to_owned(),
    ))
}

/// Opens the database that the settings name, or a file in the data directory.
pub(super) async fn open(settings: &Settings) -> Result<(Store, Option<Lock>), StartError> {
    let url = url(settings);
    let Some(path) = sqlite_path(&url) else { return Ok((Store::connect(&url).await?, None)) };
    let lock = hold(&path)?;
    let store = Store::connect(&url).await?;
    // Nobody else can have a claim: the lock says that this is the only server on this file.
    store.release_all_leases().await?;
    Ok((store, Some(lock)))
}

/// Opens the same database for a command that changes it while no server is at it.
pub(crate) async fn open_for_maintenance(settings: &Settings) -> Result<(Store, Option<Lock>), StartError> {
    let url = url(settings);
    let lock = sqlite_path(&url).map(|path| hold(&path)).transpose()?;
    Ok((Store::connect(&url).await?, lock))
}

/// Takes the lock of a database file, and puts right what a restore that was cut short has left there.
pub(crate) fn hold(database: &Path) -> Result<Lock, FileError> {
    let lock = Lock::take(&lock_path(database))?;
    let mended = cut_short::mend(database);
    match mended.map_err(|source| FileError::Io { path: database.to_owned(), source })? {
        Some(Stands::Old) => {
            tracing::warn!("a restore was cut short, and the database is the one from before it");
        }
        Some(Stands::New) => tracing::warn!("a restore was cut short, and the database is the backup"),
        None => {}
    }
    Ok(lock)
}

/// The file that the server's data is in, where it is in a file.
pub(crate) fn file(settings: &Settings) -> Option<PathBuf> {
    sqlite_path(&url(settings))
}

/// The URL of the database.
pub(crate) fn url(settings: &Settings) -> String {
    settings.database_url.as_ref().map_or_else(
        || format!("sqlite://{}", settings.data_dir.join("bellhop.db").display()),
        |url| url.expose().to_owned(),
    )
}

/// The file that a URL names, where it names one.
pub(crate) fn sqlite_path(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?.trim_start_matches("//");
    Some(PathBuf::from(path.split('?').next().unwrap_or(path)))
}

/// The file that says whether a server is at a database file.
fn lock_path(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}
