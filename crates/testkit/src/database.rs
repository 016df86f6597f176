//! A database for one test, of either kind, that is gone when the test is.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

/// Where the PostgreSQL server is that tests may make databases on.
const POSTGRES_URL: &str = "BELLHOP_TEST_POSTGRES_URL";

/// Tells the databases of one process apart.
static COUNTER: AtomicU32 = AtomicU32::new(0);

/// Which kind of database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Db {
    /// A file in a directory of its own.
    Sqlite,
    /// A database on the server that `BELLHOP_TEST_POSTGRES_URL` names.
    Postgres,
}

/// An empty database that nobody else uses. Dropping it removes it.
#[derive(Debug)]
pub struct TestDatabase(Kind);

#[derive(Debug)]
enum Kind {
    Sqlite { directory: TempDir },
    Postgres { server: String, name: String },
}

impl TestDatabase {
    /// Makes one.
    ///
    /// # Panics
    /// Where it cannot be made: a test without its database must fail, not be skipped.
    #[must_use]
    pub fn create(db: Db) -> Self {
        match db {
            Db::Sqlite => {
                let directory = tempfile::tempdir();
                let directory = directory.unwrap_or_else(|error| panic!("no temporary directory: {error}"));
                Self(Kind::Sqlite { directory })
            }
            Db::Postgres => {
                let server = env::var(POSTGRES_URL).unwrap_or_else(|_| {
                    panic!(
                        "{POSTGRES_URL} is not set: run the tests with `make test`, or a part of them with \
                         `scripts/with-postgres cargo test …`"
                    )
                });
                let count = COUNTER.fetch_add(1, Ordering::Relaxed);
                let name = format!("bellhop_test_{}_{count}", process::id());
                // One of the same name may be left of a process that was killed.
                psql(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
                    .and_then(|()| psql(&server, &format!("CREATE DATABASE {name}")))
                    .unwrap_or_else(|error| {
                        panic!("cannot make a database on the server of {POSTGRES_URL}: {error}")
                    });
                Self(Kind::Postgres { server, name })
            }
        }
    }

    /// The URL to open it with.
    #[must_use]
    pub fn url(&self) -> String {
        match &self.0 {
            Kind::Sqlite { directory } => format!("sqlite://{}", file_in(directory.path()).display()),
            Kind::Postgres { server, name } => with_database(server, name),
        }
    }

    /// The file that it is, where it is one.
    #[must_use]
    pub fn file(&self) -> Option<PathBuf> {
        match &self.0 {
            Kind::Sqlite { directory } => Some(file_in(directory.path())),
            Kind::Postgres { .. } => None,
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Kind::Postgres { server, name } = &self.0 {
            // What is left of it, if anything, goes with the throw-away server.
            drop(psql(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
        }
    }
}

fn file_in(directory: &Path) -> PathBuf {
    directory.join("bellhop.db")
}

/// The server's URL with another database in it.
fn with_database(server: &str, name: &str) -> String {
    let (address, parameters) = match server.split_once('?') {
        Some((address, parameters)) => (address, format!("?{parameters}")),
        None => (server, String::new()),
    };
    let authority = address.find("://").map_or(0, |scheme| scheme + 3);
    let end = address[authority..].find('/').map_or(address.len(), |slash| authority + slash);
    format!("{}/{name}{parameters}", &address[..end])
}

fn psql(server: &str, statement: &str) -> Result<(), String> {
    let output = Command::new("psql")
        .args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--command", statement, server])
        .output()
        .map_err(|error| format!("psql does not start: {error}"))?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_in_a_url_is_replaced() {
        for (server, expected) in [
            ("postgres://me@host:1", "postgres://me@host:1/mine"),
            ("postgres://me@host:1/postgres", "postgres://me@host:1/mine"),
            ("postgres://me@host/postgres?sslmode=disable", "postgres://me@host/mine?sslmode=disable"),
        ] {
            assert_eq!(with_database(server, "mine"), expected);
        }
    }
}
