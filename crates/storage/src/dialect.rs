//! The two databases, and how one piece of code is run on either.

use std::fmt;

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// One file, one process.
    Sqlite,
    /// A server that many nodes share.
    Postgres,
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// The same thing of one database or of the other: a pool, a transaction.
#[derive(Debug, Clone)]
pub(crate) enum Either<S, P> {
    /// SQLite's.
    Sqlite(S),
    /// PostgreSQL's.
    Postgres(P),
}

impl<S, P> Either<S, P> {
    pub(crate) const fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }
}

/// Compiles the body once for each database. The second form also names the database's type.
macro_rules! on_either {
    ($target:expr, |$connection:ident| $body:expr) => {
        match $target {
            $crate::dialect::Either::Sqlite($connection) => $body,
            $crate::dialect::Either::Postgres($connection) => $body,
        }
    };
    ($target:expr, |$connection:ident: $database:ident| $body:expr) => {
        match $target {
            $crate::dialect::Either::Sqlite($connection) => {
                type $database = sqlx::Sqlite;
                $body
            }
            $crate::dialect::Either::Postgres($connection) => {
                type $database = sqlx::Postgres;
                $body
            }
        }
    };
}

pub(crate) use on_either;
