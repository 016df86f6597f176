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

impl Dialect {
    /// Whether parameters that nothing is bound to are null. They are an error elsewhere.
    pub(crate) const fn takes_unbound(self) -> bool {
        matches!(self, Self::Sqlite)
    }
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

/// How statements begin that write many rows.
///
/// Where one of the rows is refused, the transaction is rolled back as a whole, so that nobody needs a statement to be taken
/// back by itself. Told so, SQLite does not copy every page first that such a statement changes, into a temporary file.
pub(crate) trait ManyRows: sqlx::Database {
    /// `INSERT`, to be followed by ` INTO …`.
    const INSERT: &'static str;
    /// `UPDATE`, to be followed by a table.
    const UPDATE: &'static str;
    /// Which database it is.
    const DIALECT: Dialect;
}

impl ManyRows for sqlx::Sqlite {
    const INSERT: &'static str = "INSERT OR FAIL";
    const UPDATE: &'static str = "UPDATE OR FAIL";
    const DIALECT: Dialect = Dialect::Sqlite;
}

impl ManyRows for sqlx::Postgres {
    const INSERT: &'static str = "INSERT";
    const UPDATE: &'static str = "UPDATE";
    const DIALECT: Dialect = Dialect::Postgres;
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
