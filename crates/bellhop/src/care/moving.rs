//! `bellhop migrate`: everything from one database into another, with no server at either.

use std::path::Path;

use bellhop_storage::{CopyError, move_all};

use crate::server::database;
use crate::server::files::{FileError, Lock};

/// Why nothing was moved. Both databases are as they were.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// There is nothing to do.
    #[error("`--from` and `--to` name the same database")]
    Same,
    /// A server is at one of them, or its lock cannot be had.
    #[error(transparent)]
    File(#[from] FileError),
    /// It was not copied.
    #[error(transparent)]
    Copy(#[from] CopyError),
}

impl MoveError {
    /// What to do about it.
    #[must_use]
    pub const fn help(&self) -> Option<&'static str> {
        match self {
            Self::Copy(CopyError::InUse { .. }) => Some("stop every server, then run this again"),
            Self::Copy(CopyError::NotEmpty { .. }) => {
                Some("name an empty database; a server that was started on it has made it anything but empty")
            }
            Self::Copy(CopyError::NotOfThisVersion(_)) => Some(
                "start a server of this version on the old database once, or use the version that wrote it",
            ),
            Self::Same | Self::File(_) | Self::Copy(_) => None,
        }
    }
}

/// Copies everything from the database at `from` to the one at `to`. `tell` is told of the rows so far of each table.
pub async fn move_database(
    from: &str,
    to: &str,
    tell: &(dyn Fn(&str, u64) + Sync),
) -> Result<Vec<(String, i64)>, MoveError> {
    let place = |url: &str| {
        let file = database::sqlite_path(url)?;
        Some(std::fs::canonicalize(&file).unwrap_or(file))
    };
    if from == to || place(from).is_some_and(|file| Some(file) == place(to)) {
        return Err(MoveError::Same);
    }
    let _locks = (lock(from)?, lock(to)?);
    Ok(move_all(from, to, tell).await?)
}

/// The lock of a database that is a file; none where there is no place for one, as there is no such database either.
fn lock(url: &str) -> Result<Option<Lock>, FileError> {
    // A name alone has an empty parent, and lies in the working directory.
    let has_place =
        |file: &Path| file.parent().is_none_or(|place| place.as_os_str().is_empty() || place.exists());
    let file = database::sqlite_path(url).filter(|file| has_place(file));
    file.map(|file| database::hold(&file)).transpose()
}
