//! Why a statement failed, and whether another attempt may fare better.

use sqlx::Error;
use sqlx::error::DatabaseError;

use crate::StepFailure;

/// What an error of a database means for the step.
pub(super) fn of(error: Error) -> StepFailure {
    match error {
        Error::Database(refusal) => refused(&*refusal),
        Error::PoolTimedOut => StepFailure::timeout("no connection to the database came free in time"),
        Error::Io(_) | Error::Tls(_) | Error::PoolClosed | Error::WorkerCrashed => {
            StepFailure::connection(format!("the database: {error}"))
        }
        other => StepFailure::sql(other.to_string(), false),
    }
}

fn refused(error: &dyn DatabaseError) -> StepFailure {
    let code = error.code().unwrap_or_default();
    let message = match (&*code, error.message()) {
        ("", message) => message.to_owned(),
        (code, message) => format!("{message} ({code})"),
    };
    match Verdict::of(&code, error) {
        Verdict::TimedOut => StepFailure::timeout(message),
        Verdict::Later => StepFailure::sql(message, true),
        Verdict::Away => StepFailure::connection(message),
        Verdict::NotLetIn => StepFailure::credential(message),
        Verdict::Wrong => StepFailure::sql(message, false),
    }
}

enum Verdict {
    /// The statement took longer than it may.
    TimedOut,
    /// In the way of others, or the other way round.
    Later,
    /// The server is ending, beginning or full.
    Away,
    /// User or password are not taken.
    NotLetIn,
    /// The statement itself.
    Wrong,
}

impl Verdict {
    fn of(code: &str, error: &dyn DatabaseError) -> Self {
        if let Some(mysql) = error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
            return Self::of_mysql(mysql.number());
        }
        if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
            return Self::of_sqlite(code);
        }
        // https://www.postgresql.org/docs/current/errcodes-appendix.html
        match code {
            "57014" => Self::TimedOut,
            "40001" | "40P01" | "55P03" => Self::Later,
            _ if code.starts_with("08") || code.starts_with("53") || code.starts_with("57P") => Self::Away,
            _ if code.starts_with("28") => Self::NotLetIn,
            _ => Self::Wrong,
        }
    }

    /// <https://mariadb.com/docs/server/reference/error-codes/mariadb-error-code-reference>
    const fn of_mysql(number: u16) -> Self {
        match number {
            // ER_STATEMENT_TIMEOUT of MariaDB and ER_QUERY_TIMEOUT of MySQL.
            1969 | 3024 => Self::TimedOut,
            // A lock waited for in vain, a deadlock.
            1205 | 1213 => Self::Later,
            // Too many connections, a shutdown, too many of one user.
            1040 | 1053 | 1203 | 1226 => Self::Away,
            1044 | 1045 | 1698 => Self::NotLetIn,
            _ => Self::Wrong,
        }
    }

    /// <https://www.sqlite.org/rescode.html>; the primary code is in the lowest byte.
    fn of_sqlite(code: &str) -> Self {
        match code.parse::<u32>().map(|code| code & 0xff) {
            Ok(9) => Self::TimedOut,
            Ok(5 | 6) => Self::Later,
            _ => Self::Wrong,
        }
    }
}
