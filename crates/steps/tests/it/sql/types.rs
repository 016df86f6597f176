//! What each database's types become, and what is taken for them.

use rstest::rstest;
use serde_json::{Value, json};

use super::{Db, World};

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
