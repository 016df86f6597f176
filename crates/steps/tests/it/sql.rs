//! `sql`, on all three databases. PostgreSQL and MySQL have to be there: `scripts/with-databases` starts them.

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

#[tokio::test]
async fn postgres_gives_each_type_without_loss() {
    let world = World::new(Db::Postgres);
    let output = world
        .text(
            "SELECT true AS b, 7::int2 AS i2, 9007199254740993::int8 AS i8, 0.1::float4 AS f4, 'NaN'::float8 AS nan,\n\
             12.50::numeric AS n, 12345678901234567890.123456789::numeric AS big, (-3)::numeric AS minus,\n\
             'x'::char(3) AS c, '2026-03-02T10:20:11.5+01'::timestamptz AS tz, '2026-03-02T10:20:11'::timestamp AS ts,\n\
             '1999-12-31'::date AS d, '09:08:07.5'::time AS t, '1 month 2 days 3.5 s'::interval AS iv,\n\
             decode('00ff', 'hex') AS bytes, '{\"a\": [1]}'::jsonb AS jb, '[1, 2]'::json AS j,\n\
             '01955b3e-6e00-7000-8000-000000000001'::uuid AS u, ARRAY[1, NULL, 3] AS a,\n\
             ARRAY[['a', 'b'], ['c', 'd']] AS deep, '{}'::text[] AS none, NULL AS nothing",
        )
        .await
        .unwrap();
    assert_eq!(
        output["rows"][0],
        json!({
            "b": true, "i2": 7, "i8": 9_007_199_254_740_993_i64, "f4": 0.1, "nan": "NaN",
            "n": 12.5, "big": "12345678901234567890.123456789", "minus": -3,
            "c": "x  ", "tz": "2026-03-02T09:20:11.500000Z", "ts": "2026-03-02T10:20:11.000000",
            "d": "1999-12-31", "t": "09:08:07.500000", "iv": "P1M2DT3.500000S",
            "bytes": "AP8=", "jb": { "a": [1] }, "j": [1, 2],
            "u": "01955b3e-6e00-7000-8000-000000000001", "a": [1, null, 3],
            "deep": [["a", "b"], ["c", "d"]], "none": [], "nothing": null,
        })
    );
}

#[tokio::test]
async fn postgres_takes_texts_as_what_its_columns_are() {
    let world = World::new(Db::Postgres);
    world
        .text(
            "CREATE TABLE {table} (i int4, n numeric, tz timestamptz, ts timestamp, d date, t time, u uuid, b bool,\n\
             j jsonb, tags text[], raw bytea, f float8, name varchar(20))",
        )
        .await
        .unwrap();
    let values = [
        json!("42"),
        json!("12345678901234567890.5"),
        json!("2026-03-02T10:20:11+01:00"),
        json!("2026-03-02T09:20:11"),
        json!("2026-03-02"),
        json!("09:08:07"),
        json!("01955B3E-6E00-7000-8000-000000000001"),
        json!("true"),
        json!({ "a": ["'; --"] }),
        json!(["x", null, "y,\"z"]),
        json!("AP8="),
        json!("1.5"),
        json!(7),
    ];
    let places = vec!["{}"; values.len()].join(", ");
    world.pieces(&format!("INSERT INTO {{table}} VALUES ({places})"), values.to_vec()).await.unwrap();
    let output = world.text("SELECT * FROM {table}").await.unwrap();
    assert_eq!(
        output["rows"][0],
        json!({
            "i": 42, "n": "12345678901234567890.5", "tz": "2026-03-02T09:20:11.000000Z",
            "ts": "2026-03-02T09:20:11.000000", "d": "2026-03-02", "t": "09:08:07",
            "u": "01955b3e-6e00-7000-8000-000000000001", "b": true, "j": { "a": ["'; --"] },
            "tags": ["x", null, "y,\"z"], "raw": "AP8=", "f": 1.5, "name": "7",
        })
    );
}

#[rstest]
#[case("SELECT {}::int4", json!("7 OR 1=1"), "value 1 of `query` is needed as INT4, and is a text that is none")]
#[case("SELECT {}::int4", json!([1]), "value 1 of `query` is needed as INT4, and is a list")]
#[case("SELECT {}::int2", json!(70_000), "value 1 of `query` is needed as INT2, and is a number")]
#[case("SELECT {}::timestamptz", json!("soon"), "value 1 of `query` is needed as TIMESTAMPTZ, and is a text that is none")]
#[case(
    "SELECT {}::inet",
    json!("127.0.0.1"),
    "value 1 of `query` is needed as INET, which a step cannot give: write `::text::inet` after it"
)]
#[tokio::test]
async fn postgres_refuses_a_value_that_does_not_fit(
    #[case] query: &str,
    #[case] value: Value,
    #[case] message: &str,
) {
    let failure = World::new(Db::Postgres).pieces(query, vec![value]).await.unwrap_err();
    assert_eq!(failure.error.kind, "invalid_input");
    assert_eq!(failure.error.message, message);
}

#[tokio::test]
async fn mysql_gives_each_type_without_loss() {
    let world = World::new(Db::MySql);
    let output = world
        .text(
            "SELECT TRUE = TRUE AS one, CAST(18446744073709551615 AS UNSIGNED) AS big, CAST(12.50 AS DECIMAL(6, 2)) AS n,\n\
             CAST(12345678901234567890.12345 AS DECIMAL(30, 5)) AS long_n, 0.5e0 AS f,\n\
             CAST('2026-03-02 10:20:11.5' AS DATETIME(6)) AS dt, DATE '1999-12-31' AS d, CAST('-30:08:07' AS TIME) AS t,\n\
             'ünï' AS text, x'00ff' AS bytes, b'101' AS bits, NULL AS nothing",
        )
        .await
        .unwrap();
    assert_eq!(
        output["rows"][0],
        json!({
            "one": 1, "big": 18_446_744_073_709_551_615_u64, "n": 12.5, "long_n": "12345678901234567890.12345",
            "f": 0.5, "dt": "2026-03-02T10:20:11.500000", "d": "1999-12-31", "t": "-30:08:07",
            "text": "ünï", "bytes": "AP8=", "bits": "BQ==", "nothing": null,
        })
    );
}

#[tokio::test]
async fn mysql_columns_come_back_as_they_were_given() {
    let world = World::new(Db::MySql);
    world
        .text("CREATE TABLE {table} (ok BOOLEAN, at TIMESTAMP NULL, kind ENUM('a', 'b'), doc JSON, small TINYINT UNSIGNED, bits BIT(3))")
        .await
        .unwrap();
    world
        .pieces(
            "INSERT INTO {table} VALUES ({}, {}, {}, {}, {}, b'101')",
            vec![json!(true), json!("2026-03-02 09:00:14"), json!("b"), json!({ "a": [1] }), json!(200)],
        )
        .await
        .unwrap();
    let mut row = world.text("SELECT * FROM {table}").await.unwrap()["rows"][0].clone();
    // MariaDB keeps JSON as text, MySQL as JSON.
    if let Some(text) = row["doc"].as_str() {
        row["doc"] = serde_json::from_str(text).unwrap();
    }
    assert_eq!(
        row,
        json!({
            "ok": true, "at": "2026-03-02T09:00:14.000000Z", "kind": "b", "doc": { "a": [1] }, "small": 200, "bits": 5,
        })
    );
}

#[tokio::test]
async fn sqlite_gives_each_value_as_what_it_is() {
    let world = World::new(Db::Sqlite);
    world.text("CREATE TABLE {table} (ok BOOLEAN, any)").await.unwrap();
    for value in [json!(1), json!(2.5), json!("x"), json!({ "a": 1 }), Value::Null, json!(u64::MAX)] {
        world.pieces("INSERT INTO {table} VALUES ({}, {})", vec![json!(true), value]).await.unwrap();
    }
    world.text("INSERT INTO {table} VALUES (0, x'00ff')").await.unwrap();
    let output = world.text("SELECT ok, any FROM {table}").await.unwrap();
    let rows = output["rows"].as_array().unwrap();
    let values: Vec<_> = rows.iter().map(|row| row["any"].clone()).collect();
    assert_eq!(
        values,
        [
            json!(1),
            json!(2.5),
            json!("x"),
            json!("{\"a\":1}"),
            Value::Null,
            json!("18446744073709551615"),
            json!("AP8=")
        ]
    );
    assert_eq!((&rows[0]["ok"], &rows[6]["ok"]), (&json!(true), &json!(false)));
}

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

#[test]
fn every_database_of_the_tests_is_there() {
    for db in [Db::Sqlite, Db::Postgres, Db::MySql] {
        assert_eq!(World::new(db).db, db);
    }
}
