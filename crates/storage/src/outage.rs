//! What keeps the database from taking anything at all, told apart by what mends it.

use std::error::Error;
use std::fmt;
use std::io::ErrorKind;
use std::sync::Arc;

use crate::dialect::Dialect;
use crate::error::StoreError;

/// Why the database takes nothing at present, whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// There is no room for more.
    Full,
    /// Somebody else has locked it for longer than a write waits.
    Locked,
    /// There is no way to it, or it is about to stop or only just starting.
    Unreachable,
    /// It may only be read.
    ReadOnly,
    /// The disk below it, or the memory, does not do what it is asked to.
    Failing,
    /// What it holds is not what was written.
    Damaged,
}

/// The database takes nothing at present. The log was told of it once, as it began; whoever runs into it need not tell
/// of it again.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the database takes nothing at present: {fault}")]
pub struct Outage {
    /// What it is.
    pub fault: Fault,
    /// The database's own words, or the driver's.
    pub source: Arc<sqlx::Error>,
}

impl Outage {
    /// Whether there is one behind an error, however many others wrap it.
    #[must_use]
    pub fn is_behind(error: &(dyn Error + 'static)) -> bool {
        let mut link = Some(error);
        while let Some(error) = link {
            if error.is::<Self>() {
                return true;
            }
            link = error.source();
        }
        false
    }

    /// The outage that an error is a sign of. None where the fault may lie in what was asked.
    pub(crate) fn of(error: &StoreError, dialect: Dialect) -> Option<Self> {
        let source = match error {
            StoreError::Unavailable(outage) => return Some(outage.clone()),
            StoreError::Database(source) => source,
            _ => return None,
        };
        let fault = match (&**source, dialect) {
            (sqlx::Error::Database(error), dialect) => {
                let code = error.code()?;
                match dialect {
                    Dialect::Sqlite => of_sqlite(&code)?,
                    Dialect::Postgres => of_postgres(&code)?,
                }
            }
            // There the only connection that writes is in use by somebody who waits for a lock.
            (sqlx::Error::PoolTimedOut, Dialect::Sqlite) => Fault::Locked,
            (sqlx::Error::WorkerCrashed, Dialect::Sqlite) => Fault::Failing,
            (sqlx::Error::Io(error), Dialect::Sqlite) => match error.kind() {
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Fault::Full,
                _ => Fault::Failing,
            },
            (
                sqlx::Error::PoolTimedOut
                | sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::Protocol(_),
                Dialect::Postgres,
            ) => Fault::Unreachable,
            _ => return None,
        };
        Some(Self { fault, source: Arc::clone(source) })
    }
}

/// By the primary result code: <https://www.sqlite.org/rescode.html>
fn of_sqlite(code: &str) -> Option<Fault> {
    match code.parse::<u32>().ok()? & 0xff {
        // BUSY, LOCKED
        5 | 6 => Some(Fault::Locked),
        // READONLY
        8 => Some(Fault::ReadOnly),
        // NOMEM, IOERR, CANTOPEN
        7 | 10 | 14 => Some(Fault::Failing),
        // CORRUPT, NOTADB
        11 | 26 => Some(Fault::Damaged),
        // FULL
        13 => Some(Fault::Full),
        _ => None,
    }
}

/// By the code, or its first two letters, the class: <https://www.postgresql.org/docs/current/errcodes-appendix.html>
fn of_postgres(code: &str) -> Option<Fault> {
    match code {
        "53100" => Some(Fault::Full),
        // lock_not_available, query_canceled: by a time limit of whoever runs the server.
        "55P03" | "57014" => Some(Fault::Locked),
        "25006" => Some(Fault::ReadOnly),
        _ => match code.get(..2)? {
            // Connection exceptions, operator intervention, and a server that is out of connections.
            "08" | "57" | "53" => Some(Fault::Unreachable),
            "58" => Some(Fault::Failing),
            "XX" if code != "XX000" => Some(Fault::Damaged),
            _ => None,
        },
    }
}

impl Fault {
    /// All of them.
    pub(crate) const ALL: [Self; 6] =
        [Self::Full, Self::Locked, Self::Unreachable, Self::ReadOnly, Self::Failing, Self::Damaged];

    /// The word that it is counted under.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Locked => "locked",
            Self::Unreachable => "unreachable",
            Self::ReadOnly => "read_only",
            Self::Failing => "failing",
            Self::Damaged => "damaged",
        }
    }

    /// What ends it.
    pub(crate) const fn mend(self) -> &'static str {
        match self {
            Self::Full => "make room; no restart is needed",
            Self::Locked => {
                "find who holds the lock (another program with a transaction open); no restart is needed"
            }
            Self::Unreachable => "start the database server, or mend the way to it; no restart is needed",
            Self::ReadOnly => "make it writable again",
            Self::Failing => "look at the disk and at the system's log",
            Self::Damaged => "stop the server, look at the disk and restore a back-up",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "the disk is full",
            Self::Locked => "somebody else holds its lock",
            Self::Unreachable => "it cannot be reached",
            Self::ReadOnly => "it is read-only",
            Self::Failing => "the disk or the memory fails",
            Self::Damaged => "it is damaged",
        })
    }
}
