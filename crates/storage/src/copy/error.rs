//! What can go wrong with a database as a whole.

use std::path::PathBuf;

use crate::error::StoreError;

/// A database was not looked at, copied or moved.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// No file is there.
    #[error("there is no database at {}", .0.display())]
    Missing(PathBuf),
    /// The file holds something else, or what is left of a database.
    #[error("{} is no database: {cause}", path.display())]
    NoDatabase {
        /// The file.
        path: PathBuf,
        /// SQLite's words.
        cause: String,
    },
    /// SQLite cannot be told of such a path.
    #[error("the path {} is not UTF-8", .0.display())]
    Path(PathBuf),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for CopyError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
