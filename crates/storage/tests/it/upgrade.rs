//! A database as an earlier release has left it is opened by this version, and what is in it can be read.

use std::path::Path;

use bellhop_storage::{ExecutionFilter, Outcome, Recorded, Store};
use bellhop_testkit::database::{Db, TestDatabase};
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::{DeliveryId, ExecutionId, Version, WorkflowName};
use bellhop_workflow::journal::StepStatus;
use rstest::rstest;
use serde_json::json;
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};
use uuid::Uuid;

use crate::support::event;

/// The last migration of the release.
const RELEASE: i64 = 8;

// What that release wrote: journals as plain text, in the long form. `$ID` is put in as each database writes bytes.
const ROWS: &str = r#"
INSERT INTO workflows (id, name, description, state, version, created_at, updated_at)
    VALUES ($WORKFLOW, 'won-deal', 'says hello', 'active', 2, 1772452800000000, 1772452800000000);
INSERT INTO workflow_versions (workflow_id, version, yaml, created_at) VALUES
    ($WORKFLOW, 1, 'name: won-deal', 1772452800000000), ($WORKFLOW, 2, 'name: won-deal # better', 1772452800000000);
INSERT INTO registrations (id, workflow_id, trigger_id, provider, hook_id, state, url, events, created_at, updated_at)
    VALUES ($REGISTRATION, $WORKFLOW, 'close', 'close', '0123456789abcdef', 'active', 'https://b.example/webhook/0123456789abcdef',
        '[]', 1772452800000000, 1772452800000000);
INSERT INTO deliveries (id, hook_id, workflow_id, outcome, event_id, event_type, received_at, size, headers, body)
    VALUES ($DELIVERY, '0123456789abcdef', $WORKFLOW, 'accepted', 'evt_1', 'lead.created', 1772452800000000, 26,
        '[["content-type","application/json"]]', $BODY);
INSERT INTO executions (id, workflow_id, version, trigger_id, trigger_kind, delivery_id, dedup_key, event, event_id,
        event_type, status, output, attempt, created_at, started_at, finished_at)
    VALUES ($EXECUTION, $WORKFLOW, 2, 'close', 'close', $DELIVERY, 'evt_1',
        '{"id":"evt_1","type":"lead.created","object_type":"lead","action":"created","time":"2026-03-02T12:00:00Z","changed":[],"source":"close","data":{"at":"/data"},"previous":{"inline":null}}',
        'evt_1', 'lead.created', 'succeeded', '{"greeted":true}', 1, 1772452800000000, 1772452800000000, 1772452801000000);
INSERT INTO executions (id, workflow_id, version, trigger_id, trigger_kind, dedup_key, event_id, status, attempt, created_at,
        started_at, finished_at)
    VALUES ($UPDATED, $WORKFLOW, 2, 'close', 'close', 'evt_0@2026-03-02T11:00:00.000000Z', 'evt_0', 'succeeded', 1,
        1772452700000000, 1772452700000000, 1772452701000000);
INSERT INTO journal (execution_id, seq, records) VALUES ($EXECUTION, 1,
    '[{"id":"greet","path":"greet","uses":"log","status":"succeeded","attempts":1,"output":{"said":"hello"},"started_at":"2026-03-02T12:00:00Z","finished_at":"2026-03-02T12:00:01Z"}]');
INSERT INTO state (workflow_id, key, value, updated_at) VALUES ($WORKFLOW, 'seen', '1', 1772452800000000);
"#;

const BODY: &str = r#"{"data": {"name": "Acme"}}"#;

fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0198_1a00_0000_7000_8000_0000_0000_0000 | number)
}

fn rows(db: Db) -> String {
    let bytes = |hex: String| match db {
        Db::Sqlite => format!("x'{hex}'"),
        Db::Postgres => format!("'\\x{hex}'::bytea"),
    };
    let uuid = |number| match db {
        Db::Sqlite => bytes(id(number).simple().to_string()),
        Db::Postgres => format!("'{}'", id(number)),
    };
    let body = hex::encode(BODY);
    ROWS.replace("$WORKFLOW", &uuid(1))
        .replace("$REGISTRATION", &uuid(2))
        .replace("$DELIVERY", &uuid(3))
        .replace("$EXECUTION", &uuid(4))
        .replace("$UPDATED", &uuid(3))
        .replace("$BODY", &bytes(body))
}

/// The migrations that the release had.
async fn migrations(db: &str) -> Migrator {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(db);
    let all = Migrator::new(directory).await.unwrap();
    let of_the_release = all.iter().filter(|one| one.version <= RELEASE).cloned().collect::<Vec<_>>();
    assert_eq!(of_the_release.len(), 8);
    Migrator::with_migrations(of_the_release)
}

async fn database_of_the_release(db: Db) -> TestDatabase {
    let database = TestDatabase::create(db);
    let statements = AssertSqlSafe(rows(db));
    match db {
        Db::Sqlite => {
            let pool = SqlitePool::connect(&format!("{}?mode=rwc", database.url())).await.unwrap();
            migrations("sqlite").await.run(&pool).await.unwrap();
            sqlx::raw_sql(statements).execute(&pool).await.unwrap();
            pool.close().await;
        }
        Db::Postgres => {
            let pool = PgPool::connect(&database.url()).await.unwrap();
            migrations("postgres").await.run(&pool).await.unwrap();
            sqlx::raw_sql(statements).execute(&pool).await.unwrap();
            pool.close().await;
        }
    }
    database
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_an_earlier_release_has_written_is_read_by_this_one(#[case] db: Db) {
    let database = database_of_the_release(db).await;

    let store = Store::connect(&database.url()).await.unwrap();

    let workflow = store.workflow(&WorkflowName::new("won-deal")).await.unwrap().unwrap();
    assert_eq!((workflow.version, workflow.description.as_deref()), (Version(2), Some("says hello")));
    let versions = store.workflow_versions(workflow.id).await.unwrap();
    assert_eq!(
        versions.iter().map(|one| &*one.yaml).collect::<Vec<_>>(),
        ["name: won-deal # better", "name: won-deal"]
    );

    let execution = store.execution(ExecutionId::from_uuid(id(4))).await.unwrap().unwrap();
    assert_eq!(
        (execution.status, execution.output),
        (ExecutionStatus::Succeeded, Some(json!({ "greeted": true })))
    );
    assert_eq!(execution.steps.len(), 1);
    assert_eq!(
        (execution.steps[0].status, &execution.steps[0].output),
        (StepStatus::Succeeded, &Some(json!({ "said": "hello" })))
    );
    assert_eq!(execution.event.unwrap().data, json!({ "name": "Acme" }));
    let listed = store.executions(&ExecutionFilter::default(), None, 10).await.unwrap();
    assert_eq!(listed.len(), 2);

    let delivery = store.delivery(DeliveryId::from_uuid(id(3))).await.unwrap().unwrap();
    assert_eq!((delivery.outcome, delivery.body.as_deref()), (Outcome::Accepted, Some(BODY.as_bytes())));
    assert_eq!(delivery.execution_ids, [ExecutionId::from_uuid(id(4))]);

    // And it goes on from there: what has run is known, and what comes is taken.
    assert_eq!(store.record(event(&workflow, "evt_1")).await.unwrap(), Recorded::Duplicate);
    assert!(matches!(store.record(event(&workflow, "evt_2")).await.unwrap(), Recorded::Accepted(_)));
    let mut updated = event(&workflow, "evt_0");
    let instant = |seconds: u32| Some(format!("evt_0@2026-03-02T11:00:{seconds:02}.000000Z"));
    updated.execution.as_mut().unwrap().dedup_key = instant(0);
    assert_eq!(store.record(updated).await.unwrap(), Recorded::Duplicate);
    let mut updated = event(&workflow, "evt_0");
    updated.execution.as_mut().unwrap().dedup_key = instant(1);
    assert!(matches!(store.record(updated).await.unwrap(), Recorded::Accepted(_)));
    let of_event = ExecutionFilter { event_id: Some("evt_0".to_owned()), ..ExecutionFilter::default() };
    assert_eq!(store.executions(&of_event, None, 10).await.unwrap().len(), 2);
}

/// What a node of a version before writes that still runs beside this one, in keys that this one does not know.
#[tokio::test]
async fn on_postgres_a_node_of_a_version_before_takes_nothing_more() {
    let database = database_of_the_release(Db::Postgres).await;
    let store = Store::connect(&database.url()).await.unwrap();
    let pool = PgPool::connect(&database.url()).await.unwrap();
    let write = format!(
        "INSERT INTO executions (id, workflow_id, version, trigger_kind, dedup_key, status, attempt, created_at)
         VALUES ('{}', '{}', 2, 'close', 'evt_0@2026-03-02T11:00:00.000000Z', 'queued', 1, 1)",
        id(5),
        id(1),
    );

    let refused = sqlx::raw_sql(AssertSqlSafe(write)).execute(&pool).await.unwrap_err();

    assert!(refused.to_string().contains("\"event_block\""), "{refused}");
    assert_eq!(store.executions(&ExecutionFilter::default(), None, 10).await.unwrap().len(), 2);
}
