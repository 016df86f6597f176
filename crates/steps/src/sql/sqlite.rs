//! SQLite: files on the server. Values are bound by their kind; a list or a map as its JSON.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::TryStreamExt as _;
use serde_json::Value;
use sqlx::query::Query;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteRow};
use sqlx::{
    AssertSqlSafe, Column as _, Either, Executor as _, Row as _, SqlSafeStr as _, Statement as _,
    TypeInfo as _, ValueRef as _,
};

use super::lease::Pool;
use super::rows::Rows;
use super::statement::Statement;
use super::{count, failure, number};
use crate::StepFailure;

/// How many of its small steps SQLite goes before it asks whether it may go on.
const STEPS: i32 = 1_000;

/// Runs the statement.
pub(super) async fn run(
    pool: &Pool<Sqlite>,
    statement: &Statement,
    time: Duration,
) -> Result<Rows, StepFailure> {
    let mut lease = pool.take().await?;
    let connection = &mut lease.connection;
    let end = Instant::now() + time;
    connection
        .lock_handle()
        .await
        .map_err(failure::of)?
        .set_progress_handler(STEPS, move || Instant::now() < end);

    let sql = AssertSqlSafe(statement.sql.as_str()).into_sql_str();
    let prepared = connection.prepare(sql.clone()).await.map_err(failure::of)?;
    let taken = prepared.parameters().map_or(0, |parameters| parameters.either(<[_]>::len, |number| number));
    count(taken, statement.values.len())?;
    let query = statement.values.iter().fold(sqlx::query(sql), bind);

    let result = collect(connection, query).await;
    connection.lock_handle().await.map_err(failure::of)?.remove_progress_handler();
    lease.give_back();
    result
}

type Bound<'q> = Query<'q, Sqlite, SqliteArguments>;

fn bind<'q>(query: Bound<'q>, value: &Value) -> Bound<'q> {
    match value {
        Value::Null => query.bind(None::<String>),
        Value::Bool(truth) => query.bind(*truth),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => query.bind(whole),
            // What has no room in 64 bits with a sign is kept as it is written.
            (None, Some(broken)) if number.is_f64() => query.bind(broken),
            _ => query.bind(number.to_string()),
        },
        Value::String(text) => query.bind(text.clone()),
        Value::Array(_) | Value::Object(_) => query.bind(value.to_string()),
    }
}

async fn collect(connection: &mut sqlx::SqliteConnection, query: Bound<'_>) -> Result<Rows, StepFailure> {
    let mut rows = Rows::default();
    let mut stream = connection.fetch_many(query);
    while let Some(item) = stream.try_next().await.map_err(failure::of)? {
        match item {
            Either::Left(done) => rows.affect(done.rows_affected()),
            Either::Right(row) => rows.push(columns(&row))?,
        }
    }
    Ok(rows)
}

fn columns(row: &SqliteRow) -> impl Iterator<Item = (String, Result<Value, String>)> {
    row.columns().iter().map(|column| {
        let is_boolean = column.type_info().name() == "BOOLEAN";
        let value = value(row, column.ordinal(), is_boolean).map_err(|error| error.to_string());
        (column.name().to_owned(), value)
    })
}

/// A value is of a kind by itself, whatever its column says.
fn value(row: &SqliteRow, index: usize, is_boolean: bool) -> Result<Value, sqlx::Error> {
    let raw = row.try_get_raw(index)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let kind = raw.type_info().into_owned();
    Ok(match kind.name() {
        "INTEGER" | "BOOLEAN" => match row.try_get_unchecked::<i64, _>(index)? {
            truth @ (0 | 1) if is_boolean => Value::Bool(truth == 1),
            whole => Value::from(whole),
        },
        "REAL" => number::double(row.try_get_unchecked(index)?),
        "BLOB" => Value::String(STANDARD.encode(row.try_get_unchecked::<Vec<u8>, _>(index)?)),
        _ => Value::String(row.try_get_unchecked(index)?),
    })
}
