//! What can go wrong with a database as a whole.

use std::path::PathBuf;

use super::Schema;
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
    /// The old database has to be brought to this version first, or this program to that of the database.
    #[error("the database is not at this version of Bellhop: {}", state(*.0))]
    NotOfThisVersion(Schema),
    /// A server has it open.
    #[error("a Bellhop server has {which} database open")]
    InUse {
        /// Which of the two.
        which: &'static str,
    },
    /// Something is in the new database already.
    #[error("the new database is not empty: `{table}` has {rows} rows")]
    NotEmpty {
        /// One of its tables.
        table: String,
        /// How many rows are in it.
        rows: i64,
    },
    /// A table was changed by somebody else.
    #[error("the table `{table}` has other columns than this version of Bellhop gives it")]
    OtherColumns {
        /// Which.
        table: String,
    },
    /// What should be an id is none.
    #[error("an id in the table `{table}` is none")]
    NoId {
        /// The table.
        table: String,
    },
    /// Not everything came over. Nothing was kept of it.
    #[error("the table `{table}` had {old} rows and would have {new}; nothing was written")]
    Differs {
        /// Which.
        table: String,
        /// How many it had.
        old: i64,
        /// How many came over.
        new: i64,
    },
    /// What was read cannot be handed on.
    #[error("it cannot be written: {0}")]
    Write(#[from] std::io::Error),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for CopyError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

const fn state(schema: Schema) -> &'static str {
    match schema {
        Schema::Foreign => "it has none of its tables",
        Schema::Older { .. } => "an earlier one has written it",
        Schema::Newer { .. } => "a later one has written it",
        Schema::Current { .. } => "it is",
    }
}
