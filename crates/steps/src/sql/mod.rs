//! `sql`: one statement on a database of the user's: PostgreSQL, MySQL (and MariaDB) or SQLite, by a credential of kind
//! `sql`. Whatever an expression gives is bound as a value and never becomes a part of the statement. Gives
//! `{rows, rows_affected}`.
//!
//! # Adding a database
//! 1. A variant of `Dialect`, and what `scan.rs` has to know of its quotes and comments.
//! 2. A module beside `sqlite.rs` with `run`, and its pool in `databases.rs`.
//! 3. Which of its errors may pass, in `failure.rs`.

mod databases;
mod dialect;
mod failure;
mod lease;
mod mysql;
mod number;
mod postgres;
mod rows;
mod scan;
mod sqlite;
mod statement;

use bellhop_vault::Credential;
use serde_json::Value;

use self::databases::Database;
pub(crate) use self::databases::Databases;
use self::dialect::Dialect;
use self::statement::Asked;
use crate::{Call, StepFailure, StepRunner};

/// Runs the statement.
pub(crate) async fn run(runner: &StepRunner, call: &Call<'_>) -> Result<Value, StepFailure> {
    let asked = Asked::read(call.input)?;
    let name = asked.credential.clone();
    let url = match runner.credential(&name).await? {
        Credential::Sql { url } => url,
        other => {
            return Err(StepFailure::credential(format!(
                "the credential `{name}` is of kind `{}`; a sql step takes one of kind `sql`",
                other.kind()
            )));
        }
    };
    let database = runner.databases.open(&name, &url)?;
    let time = call.timeout;
    let rows = match database {
        Database::Postgres(pool) => postgres::run(&pool, asked.statement(Dialect::Postgres)?, time).await?,
        Database::MySql(pool) => mysql::run(&pool, &asked.statement(Dialect::MySql)?, time).await?,
        Database::Sqlite(pool) => sqlite::run(&pool, &asked.statement(Dialect::Sqlite)?, time).await?,
    };
    Ok(rows.output())
}

/// Holds placeholders and values together. A database takes a missing one for null.
fn count(taken: usize, given: usize) -> Result<(), StepFailure> {
    if taken == given {
        return Ok(());
    }
    Err(StepFailure::invalid_input(format!(
        "`query` has {taken} placeholders, and there are {given} values for them"
    )))
}
