//! What is not run, and what a database says no to.

use bellhop_workflow::model::StepKind;
use rstest::rstest;
use serde_json::json;

use super::{Db, World, server};
use crate::support::{attempt, runner_with};

#[rstest]
#[tokio::test]
async fn more_than_one_statement_is_refused(#[values(Db::Sqlite, Db::Postgres, Db::MySql)] db: Db) {
    let world = World::with_deals(db).await;
    for query in [
        "DELETE FROM {table}; SELECT 1",
        "SELECT 1;;SELECT 2",
        "SELECT ';' /* ; */ -- ;\n; DROP TABLE {table}",
    ] {
        let failure = world.text(query).await.unwrap_err();
        assert_eq!(failure.error.message, "`query` holds more than one statement: take a step for each");
    }
    let count = world.text("SELECT COUNT(*) AS n FROM {table} -- all; of them\n ; -- the end").await.unwrap();
    assert_eq!(count["rows"], json!([{ "n": 2 }]));
}

#[rstest]
#[case::quotes(Db::Sqlite, "SELECT '%{}%'")]
#[case::identifier(Db::Postgres, "SELECT \"{}\"")]
#[case::dollars(Db::Postgres, "SELECT $a$ {} $a$")]
#[case::escape(Db::Postgres, "SELECT E'\\' {}'")]
#[case::backslash(Db::MySql, "SELECT '\\' {}'")]
#[case::backticks(Db::MySql, "SELECT `{}`")]
#[case::comment(Db::MySql, "SELECT 1 # {}")]
#[case::nested_comment(Db::Postgres, "SELECT 1 /* /* */ {} */")]
#[case::brackets(Db::Sqlite, "SELECT [{}]")]
#[tokio::test]
async fn an_expression_where_no_value_can_be_is_refused(#[case] db: Db, #[case] query: &str) {
    let failure = World::new(db).pieces(query, vec![json!("x")]).await.unwrap_err();
    assert_eq!(failure.error.kind, "invalid_input");
    assert!(failure.error.message.contains("bound as a value"), "{failure:?}");
}

#[rstest]
#[case(Db::Postgres, "BEGIN")]
#[case(Db::Postgres, "set statement_timeout = 0")]
#[case(Db::MySql, "/* */ USE mysql")]
#[case(Db::Sqlite, "ATTACH 'other.db' AS other")]
#[case(Db::Sqlite, "EXPLAIN ATTACH 'other.db' AS other")]
#[case(Db::Sqlite, "VACUUM main INTO 'copy.db'")]
#[case(Db::Sqlite, "-- nothing")]
#[tokio::test]
async fn what_is_more_than_a_statement_of_its_own_is_refused(#[case] db: Db, #[case] query: &str) {
    let failure = World::new(db).text(query).await.unwrap_err();
    assert_eq!(failure.error.kind, "invalid_input", "{failure:?}");
}

#[rstest]
#[tokio::test]
async fn a_mistake_is_told_in_the_databases_words(#[values(Db::Sqlite, Db::Postgres, Db::MySql)] db: Db) {
    let failure = World::new(db).text("SELECT missing FROM nowhere").await.unwrap_err();
    assert_eq!(failure.error.kind, "sql");
    assert!(failure.error.message.contains("nowhere"), "{failure:?}");
    assert!(!failure.retryable);
}

#[rstest]
#[tokio::test]
async fn too_many_rows_are_refused(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let query =
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 20000) SELECT n FROM t";
    let failure = World::new(db).text(query).await.unwrap_err();
    assert_eq!(failure.error.kind, "output_too_large");
    assert!(failure.error.message.contains("LIMIT"), "{failure:?}");
}

#[rstest]
#[tokio::test]
async fn two_columns_of_one_name_are_refused(#[values(Db::Sqlite, Db::Postgres, Db::MySql)] db: Db) {
    let failure = World::new(db).text("SELECT 1 AS a, 2 AS a").await.unwrap_err();
    assert_eq!(failure.error.message, "two columns are called `a`: give one of them a name with `AS`");
}

#[rstest]
#[case("postgres://ann:s3cret-db@127.0.0.1:9/deals")]
#[case("mysql://ann:s3cret-db@127.0.0.1:9/deals")]
#[tokio::test]
async fn a_database_that_is_away_is_a_connection_failure(#[case] url: &str) {
    let runner = runner_with("sql", &[("url", url)]);
    let input = json!({ "credential": "sql", "query": "SELECT 1" });
    let failure = attempt(&runner, StepKind::Sql, &input).await.unwrap_err();
    assert_eq!(failure.error.kind, "connection", "{failure:?}");
    assert!(failure.retryable);
    assert!(!failure.error.message.contains("s3cret"), "{failure:?}");
}

#[tokio::test]
async fn a_wrong_password_is_no_reason_for_another_attempt() {
    let url = server("BELLHOP_TEST_MYSQL_URL").replacen("//", "//nobody:wr0ng-w0rd@", 1);
    let url = url.rsplit_once('@').map(|(_, rest)| format!("mysql://nobody:wr0ng-w0rd@{rest}")).unwrap();
    let runner = runner_with("sql", &[("url", &url)]);
    let input = json!({ "credential": "sql", "query": "SELECT 1" });
    let failure = attempt(&runner, StepKind::Sql, &input).await.unwrap_err();
    assert_eq!(failure.error.kind, "credential", "{failure:?}");
    assert!(!failure.retryable);
}

#[tokio::test]
async fn a_sqlite_file_that_is_not_there_is_not_made() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("missing.db");
    let runner = runner_with("sql", &[("url", &format!("sqlite://{}", file.display()))]);
    let input = json!({ "credential": "sql", "query": "SELECT 1" });
    let failure = attempt(&runner, StepKind::Sql, &input).await.unwrap_err();
    assert_eq!(failure.error.kind, "credential");
    assert!(failure.error.message.contains("there is no database file"), "{failure:?}");
    assert!(!file.exists());
}

#[tokio::test]
async fn the_servers_own_database_is_refused_under_any_name() {
    let directory = tempfile::tempdir().unwrap();
    let (own, link) = (directory.path().join("bellhop.db"), directory.path().join("other.db"));
    std::fs::write(&own, "").unwrap();
    std::os::unix::fs::symlink(&own, &link).unwrap();
    for file in [own.clone(), link, directory.path().join("../").join(directory.path()).join("./bellhop.db")]
    {
        let runner = runner_with("sql", &[("url", &format!("sqlite://{}", file.display()))]);
        let runner = runner.with_own_database(own.clone());
        let input = json!({ "credential": "sql", "query": "SELECT 1" });
        let failure = attempt(&runner, StepKind::Sql, &input).await.unwrap_err();
        assert_eq!(failure.error.kind, "not_allowed", "{file:?}");
    }
}

#[tokio::test]
async fn expressions_and_params_do_not_go_together() {
    let world = World::new(Db::Sqlite);
    let pieces = json!([{ "text": "SELECT " }, { "value": 1 }, { "text": " AS a" }]);
    let failure = world.step(json!({ "query": pieces, "params": [1] })).await.unwrap_err();
    assert!(failure.error.message.contains("leave `params` out"), "{failure:?}");
    let failure = world.pieces("SELECT {}, ?", vec![json!(1)]).await.unwrap_err();
    assert!(failure.error.message.contains("holds `?` beside expressions"), "{failure:?}");
}
