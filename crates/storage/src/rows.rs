//! Many rows in one statement, and pages of rows.

use std::iter;

use sqlx::query_builder::Separated;
use sqlx::{Database, Encode, QueryBuilder, Type};
use uuid::Uuid;

use crate::dialect::{Dialect, ManyRows};

/// The most rows that a list gives at once, whatever was asked for.
pub const MAX_PAGE: u32 = 500;

/// The most rows that one statement writes: 29 columns of them stay far below SQLite's 32,766 parameters.
const MAX_ROWS: usize = 128;

/// How many rows a list shall give.
pub(crate) fn page(limit: u32) -> i64 {
    i64::from(limit.clamp(1, MAX_PAGE))
}

/// Parts of the rows, one for each statement, which [`push`] writes: as there are eight lengths, each statement exists in
/// eight texts at most and stays prepared.
///
/// Where a statement may have places for more rows than it gets, the part is all that one statement can write. Where it may
/// not, lengths are powers of two.
pub(crate) fn chunks<T>(dialect: Dialect, mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    iter::from_fn(move || {
        let most = rows.len().min(MAX_ROWS);
        let power = 1 << most.checked_ilog2()?;
        let (chunk, rest) = rows.split_at(if dialect.takes_unbound() { most } else { power });
        rows = rest;
        Some(chunk)
    })
}

/// Adds a part's rows as a table, with places up to a power of two of rows; in those that are left over all is null.
pub(crate) fn push<DB: ManyRows, T>(
    query: &mut QueryBuilder<DB>,
    chunk: &[T],
    bind: impl FnMut(Separated<'_, DB, &'static str>, &T),
) {
    let start = query.sql().as_str().len();
    query.push_values(chunk, bind);
    let left_over = chunk.len().next_power_of_two() - chunk.len();
    if left_over > 0 {
        // One row's places are written like another's: each is a question mark.
        let sql = query.sql();
        let table = &sql.as_str()[start..];
        let row =
            table.find('(').zip(table.find(')')).map(|(open, close)| format!(", {}", &table[open..=close]));
        drop(sql);
        query.push(row.unwrap_or_default().repeat(left_over));
    }
}

/// Adds what follows `INSERT INTO …`: a part's rows, without those that are left over.
pub(crate) fn push_inserted<DB: ManyRows, T>(
    query: &mut QueryBuilder<DB>,
    chunk: &[T],
    bind: impl FnMut(Separated<'_, DB, &'static str>, &T),
) {
    if !DB::DIALECT.takes_unbound() || chunk.len() == 1 {
        push(query, chunk, bind);
        return;
    }
    // No table has a null in what is its first column here.
    query.push("SELECT * FROM (");
    push(query, chunk, bind);
    query.push(") WHERE column1 IS NOT NULL");
}

/// Adds the ids of an `IN (…)`, the last one repeated up to a power of two: the statement then exists in few texts, too.
pub(crate) fn push_ids<DB>(query: &mut QueryBuilder<DB>, ids: impl IntoIterator<Item = Uuid>)
where
    DB: Database,
    Uuid: Type<DB> + for<'q> Encode<'q, DB>,
{
    let mut places = query.separated(", ");
    let (mut count, mut latest) = (0_usize, None);
    for id in ids {
        places.push_bind(id);
        (count, latest) = (count + 1, Some(id));
    }
    if let Some(id) = latest {
        for _ in count..count.next_power_of_two() {
            places.push_bind(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use sqlx::{Connection as _, Sqlite, SqliteConnection};

    use super::*;

    #[test]
    fn chunks_are_as_long_as_a_statement_can_write_and_leave_nothing_out() {
        let rows: Vec<u32> = (0..300).collect();
        let lengths = |chunks: &[&[u32]]| chunks.iter().map(|chunk| chunk.len()).collect::<Vec<_>>();
        let parts: Vec<&[u32]> = chunks(Dialect::Postgres, &rows).collect();
        assert_eq!(lengths(&parts), [128, 128, 32, 8, 4]);
        assert_eq!(parts.concat(), rows);
        let parts: Vec<&[u32]> = chunks(Dialect::Sqlite, &rows).collect();
        assert_eq!(lengths(&parts), [128, 128, 44]);
        assert_eq!(parts.concat(), rows);
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            assert_eq!(chunks::<u32>(dialect, &[]).count(), 0);
        }
    }

    #[tokio::test]
    async fn any_number_of_rows_is_written_by_few_statements() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        sqlx::query("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT")
            .execute(&mut connection)
            .await
            .unwrap();
        let mut texts = HashSet::new();
        for count in 1..=64_i64 {
            let rows: Vec<(i64, Option<&str>)> =
                (0..count).map(|n| (count * 100 + n, Some("b").filter(|_| n % 2 == 0))).collect();
            let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO t (a, b) ");
            push_inserted(&mut query, &rows, |mut values, (a, b)| {
                values.push_bind(*a).push_bind(*b);
            });
            query.push(" ON CONFLICT (a) DO NOTHING");
            texts.insert(query.sql().as_str().to_owned());
            let written = query.build().execute(&mut connection).await.unwrap().rows_affected();
            assert_eq!(written, u64::try_from(count).unwrap());
            let found: Vec<(i64, Option<String>)> =
                sqlx::query_as("SELECT a, b FROM t WHERE a >= ? ORDER BY a")
                    .bind(count * 100)
                    .fetch_all(&mut connection)
                    .await
                    .unwrap();
            assert!(found.iter().map(|(a, b)| (*a, b.as_deref())).eq(rows));
        }
        assert_eq!(texts.len(), 7);
    }
}
