//! One value of a row, on its way from one database to another. The two have the same columns, and four types.

use sqlx::Row as _;
use sqlx::query_builder::Separated;
use uuid::Uuid;

use super::CopyError;

/// What a column holds, in its own database's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Text,
    Bytes,
    /// PostgreSQL's; on SQLite ids are bytes.
    Id,
}

impl Kind {
    /// The kind of a type, as either database calls it.
    pub(super) fn of(name: &str) -> Option<Self> {
        match name {
            "INTEGER" | "bigint" => Some(Self::Number),
            "TEXT" | "text" => Some(Self::Text),
            "BLOB" | "bytea" => Some(Self::Bytes),
            "uuid" => Some(Self::Id),
            _ => None,
        }
    }
}

#[derive(Debug)]
pub(super) enum Value {
    Number(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
    Id(Option<Uuid>),
}

/// Reads a value as its column's kind says.
macro_rules! read {
    ($row:expr, $index:expr, $kind:expr) => {
        match $kind {
            Kind::Number => $row.try_get($index).map(Value::Number),
            Kind::Text => $row.try_get($index).map(Value::Text),
            Kind::Bytes => $row.try_get($index).map(Value::Bytes),
            Kind::Id => $row.try_get($index).map(Value::Id),
        }
    };
}

pub(super) fn from_sqlite(row: &sqlx::sqlite::SqliteRow, kinds: &[Kind]) -> Result<Vec<Value>, sqlx::Error> {
    kinds.iter().enumerate().map(|(index, kind)| read!(row, index, kind)).collect()
}

pub(super) fn from_postgres(row: &sqlx::postgres::PgRow, kinds: &[Kind]) -> Result<Vec<Value>, sqlx::Error> {
    kinds.iter().enumerate().map(|(index, kind)| read!(row, index, kind)).collect()
}

impl Value {
    /// The value as a column of that kind takes it.
    pub(super) fn into_kind(self, kind: Kind, table: &str) -> Result<Self, CopyError> {
        let id = |bytes: Vec<u8>| {
            Uuid::from_slice(&bytes).map_err(|_| CopyError::NoId { table: table.to_owned() })
        };
        Ok(match (self, kind) {
            (Self::Bytes(bytes), Kind::Id) => Self::Id(bytes.map(id).transpose()?),
            (Self::Id(id), Kind::Bytes) => Self::Bytes(id.map(|id| id.as_bytes().to_vec())),
            (value, _) => value,
        })
    }
}

/// Adds a value to a statement.
pub(super) fn bind<'args, Database>(row: &mut Separated<'_, Database, &'static str>, value: Value)
where
    Database: sqlx::Database,
    Option<i64>: sqlx::Encode<'args, Database> + sqlx::Type<Database> + 'args,
    Option<String>: sqlx::Encode<'args, Database> + sqlx::Type<Database> + 'args,
    Option<Vec<u8>>: sqlx::Encode<'args, Database> + sqlx::Type<Database> + 'args,
    Option<Uuid>: sqlx::Encode<'args, Database> + sqlx::Type<Database> + 'args,
{
    match value {
        Value::Number(value) => row.push_bind(value),
        Value::Text(value) => row.push_bind(value),
        Value::Bytes(value) => row.push_bind(value),
        Value::Id(value) => row.push_bind(value),
    };
}
