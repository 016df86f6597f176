//! `sql`, on all three databases. PostgreSQL and MySQL have to be there: `scripts/with-databases` starts them.

mod refused;
mod types;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bellhop_steps::{StepFailure, StepRunner};
use bellhop_workflow::model::StepKind;
use rstest::rstest;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{attempt, output, run, runner_with};

/// Which database a story is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Db {
    Sqlite,
    Postgres,
    MySql,
}

/// A database of that kind, and the steps that use it. Tables in it have a name of their own.
struct World {
    db: Db,
    runner: StepRunner,
    table: String,
    _directory: TempDir,
}

fn server(variable: &str) -> String {
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: run with scripts/with-databases"))
}

impl World {
    fn new(db: Db) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let directory = tempfile::tempdir().unwrap();
        let url = match db {
            Db::Sqlite => format!("sqlite://{}?mode=rwc", directory.path().join("deals.db").display()),
            Db::Postgres => server("BELLHOP_TEST_POSTGRES_URL"),
            Db::MySql => server("BELLHOP_TEST_MYSQL_URL"),
        };
        let table = format!("deals_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        Self { db, runner: runner_with("sql", &[("url", &url)]), table, _directory: directory }
    }

    /// With a table of deals in it.
    async fn with_deals(db: Db) -> Self {
        let world = Self::new(db);
        world
            .text("CREATE TABLE {table} (id INTEGER PRIMARY KEY, name TEXT, value DOUBLE PRECISION)")
            .await
            .unwrap();
        world.text("INSERT INTO {table} VALUES (1, 'Acme', 10.5), (2, 'Beta', 20)").await.unwrap();
        world
    }

    /// Runs a query without values.
    async fn text(&self, query: &str) -> Result<Value, StepFailure> {
        self.step(json!({ "query": query.replace("{table}", &self.table) })).await
    }

    /// Runs a query with a value wherever `{}` stands.
    async fn pieces(&self, query: &str, values: Vec<Value>) -> Result<Value, StepFailure> {
        let query = query.replace("{table}", &self.table);
        let mut values = values.into_iter();
        let mut pieces = Vec::new();
        for (index, text) in query.split("{}").enumerate() {
            if index > 0 {
                pieces.push(json!({ "value": values.next().unwrap() }));
            }
            pieces.push(json!({ "text": text }));
        }
        self.step(json!({ "query": pieces })).await
    }

    async fn step(&self, mut input: Value) -> Result<Value, StepFailure> {
        input["credential"] = json!("sql");
        attempt(&self.runner, StepKind::Sql, &input).await.map(output)
    }
}

#[rstest]
#[tokio::test]
async fn rows_are_a_list_of_maps(#[values(Db::Sqlite, Db::Postgres, Db::MySql)] db: Db) {
    let world = World::with_deals(db).await;
    let output = world.text("SELECT id, name, value FROM {table} ORDER BY id;").await.unwrap();
    assert_eq!(
        output["rows"],
        json!([{ "id": 1, "name": "Acme", "value": 10.5 }, { "id": 2, "name": "Beta", "value": 20.0 }])
    );
}

#[rstest]
#[tokio::test]
async fn changed_rows_are_counted(#[values(Db::Sqlite, Db::Postgres, Db::MySql)] db: Db) {
    let world = World::with_deals(db).await;
    let output =
        world.pieces("UPDATE {table} SET value = {} WHERE id > {}", vec![json!(3), json!(0)]).await.unwrap();
    assert_eq!(output, json!({ "rows": [], "rows_affected": 2 }));
}

#[rstest]
#[tokio::test]
async fn an_attackers_text_is_a_value(
    #[values(Db::Sqlite, Db::Postgres, Db::MySql)] db: Db,
    #[values(
        "x'; DROP TABLE {table}; --",
        "' OR '1'='1",
        "\\' OR 1=1 -- ",
        "\"; DELETE FROM {table}; /*",
        "$1 ? :name @x $$ ${{ event }}",
        "ünï\u{1F600}\r\n\t`"
    )]
    attack: &str,
) {
    let world = World::with_deals(db).await;
    let attack = attack.replace("{table}", &world.table);

    world
        .pieces("INSERT INTO {table} VALUES ({}, {}, {})", vec![json!(3), json!(attack), json!(0)])
        .await
        .unwrap();
    let found = world.pieces("SELECT name FROM {table} WHERE name = {}", vec![json!(attack)]).await.unwrap();
    let all = world.text("SELECT COUNT(*) AS n FROM {table}").await.unwrap();

    assert_eq!(found["rows"], json!([{ "name": attack }]));
    assert_eq!(all["rows"], json!([{ "n": 3 }]));
}

#[rstest]
#[case(Db::Sqlite, "SELECT id FROM {table} WHERE name = ? AND value > ?")]
#[case(Db::Postgres, "SELECT id FROM {table} WHERE name = $1 AND value > $2")]
#[case(Db::MySql, "SELECT id FROM {table} WHERE name = ? AND value > ?")]
#[tokio::test]
async fn params_stand_for_the_databases_own_placeholders(#[case] db: Db, #[case] query: &str) {
    let world = World::with_deals(db).await;
    let input = |params: Value| json!({ "query": query.replace("{table}", &world.table), "params": params });

    assert_eq!(world.step(input(json!(["Acme", 5]))).await.unwrap()["rows"], json!([{ "id": 1 }]));

    let failure = world.step(input(json!(["Acme"]))).await.unwrap_err();
    assert_eq!(failure.error.message, "`query` has 2 placeholders, and there are 1 values for them");
}

#[rstest]
#[case(Db::Sqlite, "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT COUNT(*) FROM t")]
#[case(Db::Postgres, "SELECT pg_sleep(1000)")]
#[case(Db::MySql, "SELECT SLEEP(1000)")]
#[tokio::test]
async fn a_statement_that_takes_too_long_is_a_timeout_and_the_next_one_works(
    #[case] db: Db,
    #[case] query: &str,
) {
    let world = World::new(db);
    let input = json!({ "credential": "sql", "query": query });
    let time = Duration::from_millis(300);

    let failure = run(&world.runner, StepKind::Sql, &input, time, &mut Vec::new()).await.unwrap_err();

    assert_eq!(failure.error.kind, "timeout");
    assert!(failure.retryable);
    assert_eq!(world.text("SELECT 1 AS one").await.unwrap()["rows"], json!([{ "one": 1 }]));
}

#[rstest]
#[tokio::test]
async fn many_steps_at_once_share_a_few_connections(#[values(Db::Sqlite, Db::Postgres, Db::MySql)] db: Db) {
    let world = World::with_deals(db).await;
    let all = (0..30).map(|_| world.pieces("SELECT name FROM {table} WHERE id = {}", vec![json!(1)]));
    for output in futures::future::join_all(all).await {
        assert_eq!(output.unwrap()["rows"], json!([{ "name": "Acme" }]));
    }
}

#[test]
fn every_database_of_the_tests_is_there() {
    for db in [Db::Sqlite, Db::Postgres, Db::MySql] {
        assert_eq!(World::new(db).db, db);
    }
}
