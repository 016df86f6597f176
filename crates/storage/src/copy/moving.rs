//! Everything from one database into another.
//!
//! The new one is written in one transaction: after whatever breaks it off, it is as empty as before. Nobody writes to
//! either meanwhile: SQLite's files are locked by whoever calls this, PostgreSQL's tables here. What is sealed goes as it
//! is, and opens with the same master key.

use std::collections::BTreeSet;

use futures::TryStreamExt as _;
use sqlx::{AssertSqlSafe, QueryBuilder};

use super::value::{self, Kind, Value};
use super::{Bare, CopyError, Schema};
use crate::dialect::{Dialect, Either, on_either};
use crate::store::Store;

/// How many rows are written with one statement, at most.
const ROWS: usize = 500;

/// How many values a statement may have: SQLite takes 32,766.
const VALUES: usize = 30_000;

const COLUMNS_SQLITE: &str = "SELECT name, type FROM pragma_table_info($1) ORDER BY name";
const COLUMNS_POSTGRES: &str = r#"SELECT column_name::text, data_type::text FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = $1 ORDER BY column_name::text COLLATE "C""#;

// Which table names which other.
const REFERENCES_SQLITE: &str = r#"SELECT t.name, f."table" FROM sqlite_schema t
    JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'"#;
const REFERENCES_POSTGRES: &str = "
    SELECT child.relname::text, parent.relname::text FROM pg_constraint c
    JOIN pg_class child ON child.oid = c.conrelid JOIN pg_class parent ON parent.oid = c.confrelid
    WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace";

// Servers call themselves so; see `connect::postgres`.
const SERVERS: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'bellhop'";

/// Copies everything from the database at the URL `from` into the one at `to`, which is made where it is not there and has
/// to be empty. Gives the number of rows of each table; `tell` is told of the rows so far of the one that is under way.
pub async fn move_all(
    from: &str,
    to: &str,
    tell: &(dyn Fn(&str, u64) + Sync),
) -> Result<Vec<(String, i64)>, CopyError> {
    let mut source = Bare::open_to_write(from).await?;
    let schema = source.schema().await?;
    if !matches!(schema, Schema::Current { .. }) {
        return Err(CopyError::NotOfThisVersion(schema));
    }
    source.refuse_servers("the old").await?;
    let made = Store::connect(to).await?;
    made.close().await;
    let mut target = Bare::open_to_write(to).await?;
    target.refuse_servers("the new").await?;

    source.hold().await?;
    target.hold().await?;
    let rows = copy(&mut source, &mut target, tell).await?;
    target.end("COMMIT").await?;
    source.end("ROLLBACK").await?;
    target.close().await?;
    source.close().await?;
    Ok(rows)
}

async fn copy(
    source: &mut Bare,
    target: &mut Bare,
    tell: &(dyn Fn(&str, u64) + Sync),
) -> Result<Vec<(String, i64)>, CopyError> {
    if let Some((table, rows)) = target.rows().await?.into_iter().find(|(_, rows)| *rows > 0) {
        return Err(CopyError::NotEmpty { table, rows });
    }
    for table in target.tables_in_order().await? {
        copy_table(source, target, &table, tell).await?;
    }
    let (old, new) = (source.rows().await?, target.rows().await?);
    match old.iter().zip(&new).find(|(old, new)| old != new) {
        None if old.len() == new.len() => Ok(new),
        differs => Err(CopyError::Differs {
            table: differs.map_or_else(String::new, |((table, _), _)| table.clone()),
            old: differs.map_or(0, |((_, rows), _)| *rows),
            new: differs.map_or(0, |(_, (_, rows))| *rows),
        }),
    }
}

/// A table's columns on both sides, in the same order.
struct Columns {
    names: Vec<String>,
    old: Vec<Kind>,
    new: Vec<Kind>,
}

async fn copy_table(
    source: &mut Bare,
    target: &mut Bare,
    table: &str,
    tell: &(dyn Fn(&str, u64) + Sync),
) -> Result<(), CopyError> {
    let columns = columns(source, target, table).await?;
    let at_once = (VALUES / columns.names.len().max(1)).clamp(1, ROWS);
    let names = columns.names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    // The names are the database's own.
    let select = AssertSqlSafe(format!("SELECT {names} FROM \"{table}\""));
    let insert = format!("INSERT INTO \"{table}\" ({names}) ");
    let mut done = 0;
    let mut chunk: Vec<Vec<Value>> = Vec::with_capacity(at_once);
    macro_rules! through {
        ($line:expr, $read:path) => {{
            let mut rows = sqlx::query(select).fetch(&mut *$line);
            while let Some(row) = rows.try_next().await? {
                chunk.push($read(&row, &columns.old)?);
                if chunk.len() == at_once {
                    done += target.insert(&insert, table, &columns.new, std::mem::take(&mut chunk)).await?;
                    tell(table, done);
                }
            }
        }};
    }
    match &mut source.line {
        Either::Sqlite(line) => through!(line, value::from_sqlite),
        Either::Postgres(line) => through!(line, value::from_postgres),
    }
    done += target.insert(&insert, table, &columns.new, chunk).await?;
    tell(table, done);
    Ok(())
}

async fn columns(source: &mut Bare, target: &mut Bare, table: &str) -> Result<Columns, CopyError> {
    let (old, new) = (source.columns(table).await?, target.columns(table).await?);
    let names = |columns: &[(String, Kind)]| columns.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    if names(&old) != names(&new) {
        return Err(CopyError::OtherColumns { table: table.to_owned() });
    }
    let kinds = |columns: &[(String, Kind)]| columns.iter().map(|(_, kind)| *kind).collect();
    Ok(Columns { names: names(&new), old: kinds(&old), new: kinds(&new) })
}

impl Bare {
    /// Refuses a database that a server has open. One of SQLite's has a lock file, which is the caller's to take.
    async fn refuse_servers(&mut self, which: &'static str) -> Result<(), CopyError> {
        let Either::Postgres(line) = &mut self.line else { return Ok(()) };
        let connections: i64 = sqlx::query_scalar(SERVERS).fetch_one(line).await?;
        if connections == 0 { Ok(()) } else { Err(CopyError::InUse { which }) }
    }

    /// Begins a transaction beside which nobody writes.
    async fn hold(&mut self) -> Result<(), CopyError> {
        let tables = self.rows().await?.into_iter().map(|(table, _)| format!("\"{table}\""));
        let tables = tables.collect::<Vec<_>>().join(", ");
        match &mut self.line {
            Either::Sqlite(line) => sqlx::raw_sql("BEGIN IMMEDIATE").execute(line).await.map(drop)?,
            Either::Postgres(line) => {
                let hold =
                    format!("BEGIN; SET LOCAL lock_timeout = '3s'; LOCK TABLE {tables} IN EXCLUSIVE MODE");
                sqlx::raw_sql(AssertSqlSafe(hold)).execute(line).await.map(drop)?;
            }
        }
        Ok(())
    }

    pub(super) async fn end(&mut self, how: &'static str) -> Result<(), CopyError> {
        on_either!(&mut self.line, |line| sqlx::raw_sql(how).execute(line).await.map(drop)?);
        Ok(())
    }

    async fn columns(&mut self, table: &str) -> Result<Vec<(String, Kind)>, CopyError> {
        let list = match self.dialect() {
            Dialect::Sqlite => COLUMNS_SQLITE,
            Dialect::Postgres => COLUMNS_POSTGRES,
        };
        let columns: Vec<(String, String)> =
            on_either!(&mut self.line, |line| { sqlx::query_as(list).bind(table).fetch_all(line).await? });
        let kind = |(column, kind): (String, String)| Some((column, Kind::of(&kind)?));
        let known: Option<Vec<_>> = columns.into_iter().map(kind).collect();
        known.ok_or_else(|| CopyError::OtherColumns { table: table.to_owned() })
    }

    /// The tables, each after those that it names.
    async fn tables_in_order(&mut self) -> Result<Vec<String>, CopyError> {
        let list = match self.dialect() {
            Dialect::Sqlite => REFERENCES_SQLITE,
            Dialect::Postgres => REFERENCES_POSTGRES,
        };
        let references: Vec<(String, String)> =
            on_either!(&mut self.line, |line| sqlx::query_as(list).fetch_all(line).await?);
        let tables = self.rows().await?.into_iter().map(|(table, _)| table).collect();
        Ok(in_order(tables, &references))
    }

    async fn insert(
        &mut self,
        insert: &str,
        table: &str,
        kinds: &[Kind],
        rows: Vec<Vec<Value>>,
    ) -> Result<u64, CopyError> {
        if rows.is_empty() {
            return Ok(0);
        }
        let mut ready = Vec::with_capacity(rows.len());
        for row in rows {
            let row = row.into_iter().zip(kinds).map(|(value, kind)| value.into_kind(*kind, table));
            ready.push(row.collect::<Result<Vec<_>, _>>()?);
        }
        Ok(on_either!(&mut self.line, |line: Database| {
            let mut query = QueryBuilder::<Database>::new(insert);
            query.push_values(ready, |mut row, values| {
                for one in values {
                    value::bind(&mut row, one);
                }
            });
            query.build().persistent(false).execute(line).await?.rows_affected()
        }))
    }
}

fn in_order(mut tables: BTreeSet<String>, references: &[(String, String)]) -> Vec<String> {
    let mut ordered = Vec::with_capacity(tables.len());
    while !tables.is_empty() {
        let waits = |table: &String| {
            references
                .iter()
                .any(|(child, parent)| child == table && child != parent && tables.contains(parent))
        };
        let ready: Vec<String> = tables.iter().filter(|table| !waits(table)).cloned().collect();
        if ready.is_empty() {
            // They name each other in a circle; whichever order is as good.
            ordered.extend(tables);
            return ordered;
        }
        for table in ready {
            tables.remove(&table);
            ordered.push(table);
        }
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_comes_after_those_that_it_names() {
        let words = |list: &[&str]| list.iter().map(|&word| word.to_owned()).collect::<BTreeSet<_>>();
        let references =
            [("a", "b"), ("b", "c"), ("d", "d")].map(|(child, parent)| (child.to_owned(), parent.to_owned()));
        assert_eq!(in_order(words(&["a", "b", "c", "d"]), &references), ["c", "d", "b", "a"]);
        let circle = [("a", "b"), ("b", "a")].map(|(child, parent)| (child.to_owned(), parent.to_owned()));
        assert_eq!(in_order(words(&["a", "b"]), &circle).len(), 2);
    }
}
