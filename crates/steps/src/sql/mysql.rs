//! MySQL and MariaDB. Values are bound by their kind, and the server reads them as the column needs; a list or a map as
//! its JSON.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::TryStreamExt as _;
use serde_json::Value;
use sqlx::mysql::types::MySqlTime;
use sqlx::mysql::{MySql, MySqlArguments, MySqlRow, MySqlTypeInfo};
use sqlx::query::Query;
use sqlx::{
    AssertSqlSafe, Column as _, Either, Executor as _, Row as _, SqlSafeStr as _, Statement as _, Type,
    TypeInfo as _, ValueRef as _,
};

use super::lease::Pool;
use super::rows::Rows;
use super::statement::Statement;
use super::{count, failure, number};
use crate::StepFailure;

/// Runs the statement.
pub(super) async fn run(
    pool: &Pool<MySql>,
    statement: &Statement,
    time: Duration,
) -> Result<Rows, StepFailure> {
    let mut lease = pool.take().await?;
    let connection = &mut lease.connection;
    connection.execute(AssertSqlSafe(limit(time)).into_sql_str()).await.map_err(failure::of)?;

    let sql = AssertSqlSafe(statement.sql.as_str()).into_sql_str();
    let result = match connection.prepare(sql.clone()).await {
        Ok(prepared) => {
            let taken =
                prepared.parameters().map_or(0, |parameters| parameters.either(<[_]>::len, |number| number));
            count(taken, statement.values.len())?;
            collect(connection, statement.values.iter().fold(sqlx::query(sql), bind)).await
        }
        Err(error) => Err(failure::of(error)),
    };
    lease.give_back();
    result
}

/// Tells the server, too, how long the statement may take. MariaDB and MySQL have different names for it, and each
/// takes the other's for a comment.
fn limit(time: Duration) -> String {
    let (seconds, milliseconds) = (time.as_secs_f64(), time.as_millis());
    format!(
        "SET @bellhop = 1 /*M!100100 , SESSION max_statement_time = {seconds:.3} */ \
         /*!50708 , SESSION max_execution_time = {milliseconds} */"
    )
}

type Bound<'q> = Query<'q, MySql, MySqlArguments>;

fn bind<'q>(query: Bound<'q>, value: &Value) -> Bound<'q> {
    match value {
        Value::Null => query.bind(None::<String>),
        Value::Bool(truth) => query.bind(*truth),
        Value::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(whole), ..) => query.bind(whole),
            (None, Some(whole), _) => query.bind(whole),
            (None, None, broken) => query.bind(broken),
        },
        Value::String(text) => query.bind(text.clone()),
        Value::Array(_) | Value::Object(_) => query.bind(value.to_string()),
    }
}

async fn collect(connection: &mut sqlx::MySqlConnection, query: Bound<'_>) -> Result<Rows, StepFailure> {
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

fn columns(row: &MySqlRow) -> impl Iterator<Item = (String, Result<Value, String>)> {
    row.columns().iter().map(|column| {
        let value = value(row, column.ordinal(), column.type_info()).map_err(|error| error.to_string());
        (column.name().to_owned(), value)
    })
}

fn value(row: &MySqlRow, index: usize, kind: &MySqlTypeInfo) -> Result<Value, sqlx::Error> {
    if row.try_get_raw(index)?.is_null() {
        return Ok(Value::Null);
    }
    let bytes = || row.try_get_unchecked::<Vec<u8>, _>(index);
    Ok(match kind.name() {
        "BOOLEAN" => match row.try_get_unchecked::<i64, _>(index)? {
            truth @ (0 | 1) => Value::Bool(truth == 1),
            // What MySQL calls BOOLEAN is a small number.
            other => Value::from(other),
        },
        "TINYINT" | "SMALLINT" | "INT" | "MEDIUMINT" | "BIGINT" => {
            Value::from(row.try_get_unchecked::<i64, _>(index)?)
        }
        "TINYINT UNSIGNED" | "SMALLINT UNSIGNED" | "INT UNSIGNED" | "MEDIUMINT UNSIGNED"
        | "BIGINT UNSIGNED" | "YEAR" => Value::from(row.try_get_unchecked::<u64, _>(index)?),
        "FLOAT" => number::single(row.try_get_unchecked(index)?),
        "DOUBLE" => number::double(row.try_get_unchecked(index)?),
        "DECIMAL" => number::value(&row.try_get_unchecked::<String, _>(index)?),
        // The connection's time zone is UTC, so that a point in time is one.
        "TIMESTAMP" => Value::String(date(&bytes()?) + "Z"),
        "DATETIME" | "DATE" => Value::String(date(&bytes()?)),
        "TIME" => Value::String(row.try_get_unchecked::<MySqlTime, _>(index)?.to_string()),
        "BIT" => Value::from(bytes()?.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte))),
        "JSON" => serde_json::from_slice(&bytes()?).unwrap_or(Value::Null),
        _ if <String as Type<MySql>>::compatible(kind) => Value::String(row.try_get_unchecked(index)?),
        "SET" => Value::String(row.try_get_unchecked(index)?),
        _ => Value::String(STANDARD.encode(bytes()?)),
    })
}

/// A date, with the time where there is one: a length, the year in two bytes, month, day; hour, minute, second;
/// microseconds in four bytes. What is zero is left out from the end.
/// <https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_binary_resultset.html>
fn date(bytes: &[u8]) -> String {
    let at = |index: usize| u32::from(bytes.get(index).copied().unwrap_or(0));
    let day = format!("{:04}-{:02}-{:02}", at(1) | at(2) << 8, at(3), at(4));
    if bytes.len() <= 5 {
        return day;
    }
    let fraction = at(8) | at(9) << 8 | at(10) << 16 | at(11) << 24;
    format!("{day}T{:02}:{:02}:{:02}.{fraction:06}", at(5), at(6), at(7))
}
