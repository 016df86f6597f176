//! Pages of a list that looks at a bounded number of rows, however few of them it is asked for.

use std::ops::Deref;

use bellhop_workflow::ids::WorkflowName;
use sqlx::{Database, Encode, QueryBuilder, Type};
use uuid::Uuid;

use crate::dialect::Dialect;
use crate::text;

/// How many rows one page looks at: some milliseconds' work where they are in memory.
pub(crate) const LOOK: i64 = 5_000;

/// Rows of a list, newest first. A slice of them to all intents.
#[derive(Debug, Clone)]
pub struct Listing<T, K> {
    rows: Vec<T>,
    /// Where it ended before it had as many rows as it was asked for: what is older than this was not looked at. None
    /// where it is full, or has seen everything.
    pub rest: Option<K>,
}

impl<T, K> Listing<T, K> {
    /// `limit` is how many were asked for, `last` the last id that was looked at, where it is not that of all.
    pub(crate) fn new(rows: Vec<T>, limit: i64, last: Option<K>) -> Self {
        let full = i64::try_from(rows.len()).is_ok_and(|rows| rows >= limit);
        Self { rows, rest: last.filter(|_| !full) }
    }

    /// The rows alone.
    #[must_use]
    pub fn into_rows(self) -> Vec<T> {
        self.rows
    }
}

impl<T, K> Deref for Listing<T, K> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.rows
    }
}

impl<T, K> IntoIterator for Listing<T, K> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.into_iter()
    }
}

/// A stretch of ids: from `first` on, and below `end`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Span {
    pub(crate) first: Option<Uuid>,
    pub(crate) end: Option<Uuid>,
}

impl Span {
    /// Adds ` AND …` about the column.
    pub(crate) fn push_to<DB>(self, column: &str, query: &mut QueryBuilder<DB>)
    where
        DB: Database,
        for<'q> Uuid: Encode<'q, DB> + Type<DB>,
    {
        if let Some(first) = self.first {
            query.push(" AND ").push(column).push(" >= ").push_bind(first);
        }
        if let Some(end) = self.end {
            query.push(" AND ").push(column).push(" < ").push_bind(end);
        }
    }
}

/// Adds ` AND …`: the column holds the id of a workflow that has, or had, one of these names.
pub(crate) fn push_among<DB>(column: &str, names: &[WorkflowName], query: &mut QueryBuilder<DB>)
where
    DB: Database,
    for<'q> String: Encode<'q, DB> + Type<DB>,
{
    query.push(" AND ").push(column).push(" IN (SELECT id FROM workflows WHERE name IN (");
    // So that the list is one of SQL's for nobody's workflows, too.
    query.push("NULL");
    for name in names {
        query.push(", ").push_bind(text::storable(name.as_str()));
    }
    query.push("))");
}

/// Has SQLite read by that index and no other: it keeps no statistics to choose by. PostgreSQL does.
pub(crate) fn by_index<DB: Database>(dialect: Dialect, index: &str, query: &mut QueryBuilder<DB>) {
    if dialect == Dialect::Sqlite {
        query.push(" INDEXED BY ").push(index);
    }
}

/// How the tests of both lists see by what a query reads.
#[cfg(test)]
pub(crate) mod plans {
    use bellhop_testkit::database::{Db, TestDatabase};
    use sqlx::{Postgres, QueryBuilder, Row as _, Sqlite};

    use crate::connect::{self, Pools};
    use crate::dialect::Either;

    /// A database with tables and nothing in them.
    pub(crate) async fn empty(db: Db) -> (TestDatabase, Pools) {
        let database = TestDatabase::create(db);
        let pools = connect::open(&database.url()).await.unwrap();
        (database, pools)
    }

    /// What SQLite says of the query that `push` writes.
    pub(crate) async fn sqlite(pools: &Pools, push: impl FnOnce(&mut QueryBuilder<Sqlite>)) -> String {
        let Either::Sqlite(pool) = &pools.read else { panic!("another database") };
        let mut query = QueryBuilder::new("EXPLAIN QUERY PLAN ");
        push(&mut query);
        let rows = query.build().fetch_all(pool).await.unwrap();
        // Beneath is how the workflow of a name is found, among as many as there are workflows.
        let rows = rows.iter().filter(|row| row.get::<i64, _>("parent") == 0);
        rows.map(|row| row.get::<String, _>("detail")).collect::<Vec<_>>().join("\n")
    }

    /// The same of PostgreSQL, which reads a table from end to end only where it has no other way.
    pub(crate) async fn postgres(pools: &Pools, push: impl FnOnce(&mut QueryBuilder<Postgres>)) -> String {
        let Either::Postgres(pool) = &pools.read else { panic!("another database") };
        let mut query = QueryBuilder::new("EXPLAIN ");
        push(&mut query);
        let mut transaction = pool.begin().await.unwrap();
        let no_other_way =
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off";
        sqlx::raw_sql(no_other_way).execute(&mut *transaction).await.unwrap();
        let rows = query.build().fetch_all(&mut *transaction).await.unwrap();
        rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>().join("\n")
    }
}
