//! Both databases have the same tables, by the same steps.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use bellhop_testkit::database::Db;
use sqlx::{PgPool, SqlitePool};

use crate::support::Fixture;

fn files(database: &str) -> BTreeSet<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(database);
    let files = fs::read_dir(directory).unwrap();
    files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

/// A table, one of its columns, its type in SQLite's words, and whether it may be null.
type Column = (String, String, String, bool);

async fn sqlite_columns() -> BTreeSet<Column> {
    let fixture = Fixture::start(Db::Sqlite).await;
    let pool = SqlitePool::connect(&fixture.database.url()).await.unwrap();
    let columns: Vec<Column> = sqlx::query_as(
        r#"SELECT t.name, c.name, c.type, c."notnull" = 0 FROM sqlite_schema t JOIN pragma_table_info(t.name) c
           WHERE t.type = 'table' AND t.name NOT LIKE '\_sqlx%' ESCAPE '\'"#,
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    pool.close().await;
    columns.into_iter().collect()
}

async fn postgres_columns() -> BTreeSet<Column> {
    let fixture = Fixture::start(Db::Postgres).await;
    let pool = PgPool::connect(&fixture.database.url()).await.unwrap();
    let columns: Vec<Column> = sqlx::query_as(
        r"SELECT table_name::text, column_name::text,
              CASE data_type WHEN 'bigint' THEN 'INTEGER' WHEN 'text' THEN 'TEXT' ELSE 'BLOB' END,
              is_nullable = 'YES'
          FROM information_schema.columns
          WHERE table_schema = 'public' AND table_name NOT LIKE '\_sqlx%'",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    pool.close().await;
    columns.into_iter().collect()
}

async fn sqlite_indexes() -> BTreeSet<String> {
    let fixture = Fixture::start(Db::Sqlite).await;
    let pool = SqlitePool::connect(&fixture.database.url()).await.unwrap();
    let names: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
            .fetch_all(&pool)
            .await
            .unwrap();
    pool.close().await;
    names.into_iter().collect()
}

async fn postgres_indexes() -> BTreeSet<String> {
    let fixture = Fixture::start(Db::Postgres).await;
    let pool = PgPool::connect(&fixture.database.url()).await.unwrap();
    // Those that a constraint made have no name of ours.
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT indexname::text FROM pg_indexes WHERE schemaname = 'public'
             AND indexname NOT IN (SELECT conname FROM pg_constraint)",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    pool.close().await;
    names.into_iter().collect()
}

#[test]
fn both_sides_have_the_same_files() {
    let sqlite = files("sqlite");
    assert!(sqlite.contains("0001_workflows.sql"), "{sqlite:?}");
    assert_eq!(sqlite, files("postgres"));
}

#[tokio::test]
async fn both_sides_have_the_same_columns() {
    let sqlite = sqlite_columns().await;
    assert!(
        sqlite.iter().any(|(table, column, ..)| table == "executions" && column == "due_at"),
        "{sqlite:?}"
    );
    assert_eq!(sqlite, postgres_columns().await);
}

#[tokio::test]
async fn both_sides_have_the_same_indexes() {
    let sqlite = sqlite_indexes().await;
    assert!(sqlite.contains("executions_due"), "{sqlite:?}");
    assert_eq!(sqlite, postgres_indexes().await);
}
