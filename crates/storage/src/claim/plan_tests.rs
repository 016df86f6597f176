//! A claim, and the look for what is due next, read no more than they give, however much of a workflow is due.

use bellhop_testkit::database::Db;
use sqlx::{AssertSqlSafe, Row as _};

use crate::dialect::{Dialect, Either};
use crate::listing::plans;

use super::{heads, postgres, sqlite};

/// The statement with values in place of its parameters.
fn with_values(statement: &str, values: &[&str]) -> String {
    (1..)
        .zip(values)
        .fold(statement.to_owned(), |text, (number, value)| text.replace(&format!("${number}"), value))
}

const NOW: &str = "1772452800000000";

#[tokio::test]
async fn sqlite_reads_by_the_index_of_what_is_due() {
    let (_database, pools) = plans::empty(Db::Sqlite).await;
    let Either::Sqlite(pool) = &pools.read else { panic!("another database") };
    let id = "x'00'";
    for statement in [
        with_values(heads::due(Dialect::Sqlite), &[NOW]),
        with_values(heads::next_due(Dialect::Sqlite), &[NOW]),
        with_values(heads::depth(Dialect::Sqlite), &[NOW, "100000"]),
        with_values(sqlite::CLAIM, &[id, NOW, NOW, id, "7"]),
    ] {
        let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}")));
        let rows = rows.fetch_all(pool).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
        let reads = plan.iter().filter(|line| line.contains(" executions"));
        for read in reads {
            let by_workflow = read.contains("COVERING INDEX executions_due");
            assert!(by_workflow || read.contains("(id=?)"), "{read}\n{plan:#?}");
        }
        assert!(plan.iter().any(|line| line.contains("executions_due (workflow_id=?")), "{plan:#?}");
        assert!(!plan.iter().any(|line| line.contains("TEMP B-TREE")), "{plan:#?}");
    }
}

#[tokio::test]
async fn postgres_reads_by_the_index_of_what_is_due() {
    let (_database, pools) = plans::empty(Db::Postgres).await;
    let Either::Postgres(pool) = &pools.read else { panic!("another database") };
    let id = "'00000000-0000-0000-0000-000000000000'::uuid";
    let one = format!("ARRAY[{id}]");
    // As it is where there is something to choose between: much that has ended, and much that is due.
    sqlx::raw_sql(
        "INSERT INTO executions (id, workflow_id, version, trigger_kind, status, attempt, due_at, created_at, finished_at,
            event_block)
         SELECT gen_random_uuid(), ('00000000-0000-0000-0000-00000000000' || n % 8)::uuid, 1, 'manual',
            CASE WHEN n % 2 = 0 THEN 'queued' ELSE 'succeeded' END, 1, CASE WHEN n % 2 = 0 THEN n END, n,
            CASE WHEN n % 2 = 1 THEN n END, 0
         FROM generate_series(1, 20000) AS n;
         ANALYZE executions",
    )
    .execute(pool)
    .await
    .unwrap();
    for statement in [
        with_values(heads::due(Dialect::Postgres), &[NOW]),
        with_values(heads::next_due(Dialect::Postgres), &[NOW]),
        with_values(heads::depth(Dialect::Postgres), &[NOW, "100000"]),
        with_values(postgres::CLAIM, &[id, NOW, NOW, &one, "ARRAY[7]"]),
    ] {
        let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN {statement}"))).fetch_all(pool).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        let has = |words: &str| plan.iter().any(|line| line.contains(words));
        assert!(has("executions_due"), "{plan:#?}");
        assert!(!has("Seq Scan on executions") && !has("executions_workflow"), "{plan:#?}");
        assert!(!has("Sort"), "{plan:#?}");
    }
}
