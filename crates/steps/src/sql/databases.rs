//! The users' databases: one pool for each credential, made when it is first used.

use std::collections::HashMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::{Arc, Mutex, PoisonError};

use bellhop_vault::Secret;
use bellhop_workflow::ids::CredentialName;
use sqlx::ConnectOptions as _;
use sqlx::mysql::{MySql, MySqlConnectOptions};
use sqlx::postgres::{PgConnectOptions, Postgres};
use sqlx::sqlite::{Sqlite, SqliteConnectOptions};

use super::dialect::Dialect;
use super::lease::Pool;
use crate::StepFailure;

/// The pools. A clone shares them.
#[derive(Clone, Default)]
pub(crate) struct Databases {
    known: Arc<Mutex<HashMap<CredentialName, (Secret, Database)>>>,
    /// The file of the server's own data, which no step may reach.
    own_file: Option<PathBuf>,
}

/// One of them.
#[derive(Clone)]
pub(super) enum Database {
    Postgres(Pool<Postgres>),
    MySql(Pool<MySql>),
    Sqlite(Pool<Sqlite>),
}

impl Databases {
    /// Databases none of which may be that file.
    pub(crate) fn with_own_file(mut self, file: PathBuf) -> Self {
        self.own_file = Some(file);
        self
    }

    /// The database at the credential's URL. One whose URL has changed is another.
    pub(super) fn open(&self, name: &CredentialName, url: &Secret) -> Result<Database, StepFailure> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, database)) = known.get(name).filter(|(same, _)| same.expose() == url.expose()) {
            // A file can have become the server's own since, or be gone.
            if let Database::Sqlite(pool) = database {
                self.check_file(pool.options().get_filename(), !may_be_made(url.expose()))?;
            }
            return Ok(database.clone());
        }
        let database = self.make(url.expose())?;
        known.insert(name.clone(), (url.clone(), database.clone()));
        Ok(database)
    }

    fn make(&self, url: &str) -> Result<Database, StepFailure> {
        let unreadable = |error: sqlx::Error| {
            StepFailure::credential(format!("the database's URL cannot be read: {error}"))
        };
        match Dialect::of(url) {
            Some(Dialect::Postgres) => {
                let options = PgConnectOptions::from_str(url).map_err(unreadable)?;
                Ok(Database::Postgres(Pool::new(
                    options.disable_statement_logging().application_name("bellhop"),
                )))
            }
            Some(Dialect::MySql) => {
                let url = url.replacen("mariadb:", "mysql:", 1);
                let options = MySqlConnectOptions::from_str(&url).map_err(unreadable)?;
                Ok(Database::MySql(Pool::new(options.disable_statement_logging())))
            }
            Some(Dialect::Sqlite) => {
                let options = SqliteConnectOptions::from_str(url).map_err(unreadable)?;
                self.check_file(options.get_filename(), !may_be_made(url))?;
                Ok(Database::Sqlite(Pool::new(options.disable_statement_logging())))
            }
            None => Err(StepFailure::credential(
                "the database's URL has to begin with postgres://, mysql:// or sqlite://",
            )),
        }
    }

    fn check_file(&self, file: &Path, must_exist: bool) -> Result<(), StepFailure> {
        if must_exist && !file.is_file() {
            return Err(StepFailure::credential(format!(
                "there is no database file {}; `?mode=rwc` at the end of the URL makes one",
                file.display()
            )));
        }
        let is_own = self.own_file.as_deref().is_some_and(|own| {
            // Under whatever name: a link leads to the same file.
            let (own, file) = (std::fs::metadata(own), std::fs::metadata(file));
            matches!((own, file), (Ok(own), Ok(file)) if (own.dev(), own.ino()) == (file.dev(), file.ino()))
        });
        if is_own {
            return Err(StepFailure::not_allowed(
                "the credential names the server's own database, which steps may not touch",
            ));
        }
        Ok(())
    }
}

/// Whether the URL says that a file that is not there is to be made.
fn may_be_made(url: &str) -> bool {
    url.contains("mode=rwc")
}
