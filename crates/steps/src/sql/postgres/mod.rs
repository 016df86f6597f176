//! PostgreSQL. The server says what each placeholder takes, and the value is given as that: a text becomes a time, a
//! UUID or a number where one is needed, and is refused where it is none.

mod binary;
mod numeric;
mod parameter;
mod time;
mod value;

use std::time::Duration;

use futures::TryStreamExt as _;
use serde_json::Value;
use sqlx::postgres::{PgArguments, PgRow, PgTypeInfo, PgValueFormat, Postgres};
use sqlx::{
    AssertSqlSafe, Column as _, Either, Executor as _, Row as _, SqlSafeStr as _, Statement as _,
    ValueRef as _,
};

use self::parameter::Parameter;
use super::lease::Pool;
use super::rows::Rows;
use super::statement::Statement;
use super::{count, failure};
use crate::StepFailure;

/// Runs the statement.
pub(super) async fn run(
    pool: &Pool<Postgres>,
    statement: Statement,
    time: Duration,
) -> Result<Rows, StepFailure> {
    let mut lease = pool.take().await?;
    let connection = &mut lease.connection;
    let limit = format!("SET statement_timeout = {}", time.as_millis().clamp(1, 2_147_483_647));
    connection.execute(AssertSqlSafe(limit).into_sql_str()).await.map_err(failure::of)?;

    let result = ask(connection, statement).await;
    lease.give_back();
    result
}

async fn ask(connection: &mut sqlx::PgConnection, statement: Statement) -> Result<Rows, StepFailure> {
    let sql = AssertSqlSafe(statement.sql).into_sql_str();
    let prepared = connection.prepare(sql.clone()).await.map_err(failure::of)?;
    let kinds: Vec<PgTypeInfo> = match prepared.parameters() {
        Some(Either::Left(kinds)) => kinds.to_vec(),
        _ => Vec::new(),
    };
    count(kinds.len(), statement.values.len())?;
    let mut arguments = PgArguments::default();
    for (index, (kind, value)) in kinds.into_iter().zip(&statement.values).enumerate() {
        bind(&mut arguments, kind, value).map_err(|problem| {
            StepFailure::invalid_input(format!("value {} of `query` {problem}", index + 1))
        })?;
    }

    let mut rows = Rows::default();
    let mut stream = connection.fetch_many(sqlx::query_with(sql, arguments));
    while let Some(item) = stream.try_next().await.map_err(failure::of)? {
        match item {
            Either::Left(done) => rows.affect(done.rows_affected()),
            Either::Right(row) => rows.push(columns(&row))?,
        }
    }
    Ok(rows)
}

fn bind(arguments: &mut PgArguments, kind: PgTypeInfo, value: &Value) -> Result<(), String> {
    use sqlx::Arguments as _;
    let bytes = parameter::encode(&kind, value)?;
    arguments.add(Parameter { kind, bytes }).map_err(|error| error.to_string())
}

fn columns(row: &PgRow) -> impl Iterator<Item = (String, Result<Value, String>)> {
    row.columns()
        .iter()
        .map(|column| (column.name().to_owned(), cell(row, column.ordinal(), column.type_info())))
}

fn cell(row: &PgRow, index: usize, kind: &PgTypeInfo) -> Result<Value, String> {
    let raw = row.try_get_raw(index).map_err(|error| error.to_string())?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let bytes = raw.as_bytes().map_err(|error| error.to_string())?;
    match raw.format() {
        PgValueFormat::Binary => value::decode(kind, bytes),
        PgValueFormat::Text => Ok(Value::String(String::from_utf8_lossy(bytes).into_owned())),
    }
}
