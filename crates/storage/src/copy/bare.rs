//! One connection that changes nothing by being opened.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

use super::{CopyError, Schema};
use crate::dialect::{Dialect, Either, on_either};
use crate::error::StoreError;

/// How long a statement waits for a server's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

const HAS_MIGRATIONS_SQLITE: &str =
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '_sqlx_migrations'";
const HAS_MIGRATIONS_POSTGRES: &str = "SELECT count(*) FROM pg_tables
    WHERE schemaname = current_schema() AND tablename = '_sqlx_migrations'";
const MIGRATIONS: &str = "SELECT version FROM _sqlx_migrations WHERE success ORDER BY version";

const TABLES_SQLITE: &str = r"SELECT name FROM sqlite_schema
    WHERE type = 'table' AND name NOT LIKE '\_sqlx%' ESCAPE '\' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
    ORDER BY name";
const TABLES_POSTGRES: &str = r"SELECT tablename::text FROM pg_tables
    WHERE schemaname = current_schema() AND tablename NOT LIKE '\_sqlx%' ORDER BY tablename";

const ORPHANS: &str =
    r#"SELECT "table", parent, count(*) FROM pragma_foreign_key_check GROUP BY "table", parent"#;

// An application's own number in the file's head, which Bellhop leaves at 0: to set it again writes a page and changes
// nothing.
const WRITE_SQLITE: &str = "BEGIN IMMEDIATE; PRAGMA user_version = 0; COMMIT";
const WRITE_POSTGRES: &str =
    "UPDATE executions SET due_at = due_at WHERE id = '00000000-0000-0000-0000-000000000000'";

/// A connection to a database as it is.
#[derive(Debug)]
pub struct Bare {
    pub(super) line: Either<SqliteConnection, PgConnection>,
    /// What it is called where something is wrong with it.
    place: PathBuf,
}

impl Bare {
    /// Connects to the database that a server's URL names, to read.
    pub async fn open(url: &str) -> Result<Self, CopyError> {
        Self::connect(url, true).await
    }

    /// Connects to it to read and write.
    pub async fn open_to_write(url: &str) -> Result<Self, CopyError> {
        Self::connect(url, false).await
    }

    /// Opens a file of SQLite's to read.
    pub async fn open_file(path: &Path) -> Result<Self, CopyError> {
        let options = SqliteConnectOptions::new().filename(path);
        Self::of_file(options, true).await
    }

    /// Opens a file of SQLite's to read and write.
    pub(super) async fn open_file_to_write(path: &Path) -> Result<Self, CopyError> {
        Self::of_file(SqliteConnectOptions::new().filename(path), false).await
    }

    async fn connect(url: &str, read_only: bool) -> Result<Self, CopyError> {
        let invalid = |error| StoreError::InvalidUrl(Arc::new(error));
        match url.split_once(':') {
            Some(("sqlite", _)) => {
                let options = SqliteConnectOptions::from_str(url).map_err(invalid)?;
                Self::of_file(options, read_only).await
            }
            Some(("postgres" | "postgresql", _)) => {
                let options = PgConnectOptions::from_str(url).map_err(invalid)?;
                let place = format!("{}:{}", options.get_host(), options.get_port());
                // Not `bellhop`: that is what servers are recognised by.
                let line = options.application_name("bellhop-care").connect().await;
                let line = line
                    .map_err(|error| StoreError::Connect { place: place.clone(), source: Arc::new(error) })?;
                Ok(Self { line: Either::Postgres(line), place: place.into() })
            }
            _ => Err(StoreError::UnknownScheme.into()),
        }
    }

    async fn of_file(options: SqliteConnectOptions, read_only: bool) -> Result<Self, CopyError> {
        let place = options.get_filename().to_owned();
        if !place.is_file() {
            return Err(CopyError::Missing(place));
        }
        let options = options.create_if_missing(false).read_only(read_only).busy_timeout(BUSY_TIMEOUT);
        let line = options.connect().await.map_err(|error| failed(&place, error))?;
        Ok(Self { line: Either::Sqlite(line), place })
    }

    /// Which database it is.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        self.line.dialect()
    }

    /// How far its tables have come.
    pub async fn schema(&mut self) -> Result<Schema, CopyError> {
        let applied = self.applied().await.map_err(|error| failed(&self.place, error))?;
        Ok(Schema::of(&applied, self.dialect()))
    }

    async fn applied(&mut self) -> Result<Vec<i64>, sqlx::Error> {
        let look = match self.dialect() {
            Dialect::Sqlite => HAS_MIGRATIONS_SQLITE,
            Dialect::Postgres => HAS_MIGRATIONS_POSTGRES,
        };
        on_either!(&mut self.line, |line| {
            let there: i64 = sqlx::query_scalar(look).fetch_one(&mut *line).await?;
            if there == 0 {
                return Ok(Vec::new());
            }
            sqlx::query_scalar(MIGRATIONS).fetch_all(line).await
        })
    }

    /// Reads all of it and says what is wrong: pages, indexes, and rows that name others that are not there. PostgreSQL
    /// looks after that itself.
    pub async fn faults(&mut self) -> Result<Vec<String>, CopyError> {
        self.looked_through("PRAGMA integrity_check").await
    }

    /// The same without comparing indexes with their tables, which is what takes most of the time.
    pub async fn faults_at_a_glance(&mut self) -> Result<Vec<String>, CopyError> {
        self.looked_through("PRAGMA quick_check").await
    }

    async fn looked_through(&mut self, check: &'static str) -> Result<Vec<String>, CopyError> {
        let Either::Sqlite(line) = &mut self.line else { return Ok(Vec::new()) };
        match look_through(line, check).await.map_err(|error| failed(&self.place, error)) {
            // So damaged that it cannot be read to its end.
            Err(CopyError::NoDatabase { cause, .. }) => Ok(vec![cause]),
            looked => looked,
        }
    }

    /// The tables that it has, and how many rows are in each.
    pub async fn rows(&mut self) -> Result<Vec<(String, i64)>, CopyError> {
        let list = match self.dialect() {
            Dialect::Sqlite => TABLES_SQLITE,
            Dialect::Postgres => TABLES_POSTGRES,
        };
        on_either!(&mut self.line, |line| {
            let tables: Vec<String> = sqlx::query_scalar(list).fetch_all(&mut *line).await?;
            let mut rows = Vec::with_capacity(tables.len());
            for table in tables {
                // The name is one of the database's own, in quotes.
                let count = format!("SELECT count(*) FROM \"{}\"", table.replace('"', "\"\""));
                let count = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&mut *line).await?;
                rows.push((table, count));
            }
            Ok(rows)
        })
    }

    /// Commits something that changes nothing, to see whether that can be done.
    pub async fn write_nothing(&mut self) -> Result<(), CopyError> {
        match &mut self.line {
            Either::Sqlite(line) => sqlx::raw_sql(WRITE_SQLITE).execute(line).await.map(drop)?,
            Either::Postgres(line) => sqlx::query(WRITE_POSTGRES).execute(line).await.map(drop)?,
        }
        Ok(())
    }

    /// Ends the connection.
    pub async fn close(self) -> Result<(), CopyError> {
        Ok(on_either!(self.line, |line| line.close().await)?)
    }
}

async fn look_through(line: &mut SqliteConnection, check: &'static str) -> Result<Vec<String>, sqlx::Error> {
    let mut faults: Vec<String> = sqlx::query_scalar(check).fetch_all(&mut *line).await?;
    faults.retain(|word| word != "ok");
    if !faults.is_empty() {
        return Ok(faults);
    }
    let orphans: Vec<(String, String, i64)> = sqlx::query_as(ORPHANS).fetch_all(line).await?;
    let told = orphans.into_iter().map(|(table, parent, count)| {
        format!("{count} rows of `{table}` belong to rows of `{parent}` that are not there")
    });
    Ok(told.collect())
}

/// The error in terms of the file, where it is one of the file's.
pub(super) fn failed(path: &Path, error: sqlx::Error) -> CopyError {
    let of_the_file = error.as_database_error().and_then(|refused| {
        let code: u32 = refused.code()?.parse().ok()?;
        // CORRUPT and NOTADB: <https://www.sqlite.org/rescode.html>
        matches!(code & 0xff, 11 | 26).then(|| refused.message().to_owned())
    });
    match of_the_file {
        Some(cause) => CopyError::NoDatabase { path: path.to_owned(), cause },
        None => error.into(),
    }
}
