//! A store on a database of its own, and short ways to put something into it.

use std::sync::atomic::{AtomicU32, Ordering};

use bellhop_storage::{
    Intake, NewDelivery, NewExecution, NewWorkflow, NodeId, Outcome, Recorded, Store, WorkflowRow,
};
use bellhop_testkit::database::{Db, TestDatabase};
use bellhop_workflow::event::{EventHead, Part};
use bellhop_workflow::ids::{DeliveryId, ExecutionId, HookId, StepId, TriggerId, WorkflowId, WorkflowName};
use bellhop_workflow::journal::{StepRecord, StepStatus};
use bellhop_workflow::time::Timestamp;
use serde_json::Map;
use uuid::Uuid;

/// Tells ids of one instant apart, in the order they are made.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// When these stories begin.
pub(crate) const NOON: Timestamp = Timestamp::from_seconds(1_772_452_800);

pub(crate) const BODY: &[u8] = br#"{"data": {"name": "Acme"}, "seen": true}"#;

pub(crate) struct Fixture {
    pub(crate) store: Store,
    pub(crate) database: TestDatabase,
}

impl Fixture {
    pub(crate) async fn start(db: Db) -> Self {
        let database = TestDatabase::create(db);
        let store = Store::connect(&database.url()).await.unwrap();
        Self { store, database }
    }

    /// Another process on the same database.
    pub(crate) async fn another_store(&self) -> Store {
        Store::connect(&self.database.url()).await.unwrap()
    }

    pub(crate) async fn workflow(&self, name: &str) -> WorkflowRow {
        let mut tx = self.store.begin().await.unwrap();
        let row = tx.create_workflow(&new_workflow(name)).await.unwrap();
        tx.commit().await.unwrap();
        row
    }

    pub(crate) async fn accepted(&self, intake: Intake) -> ExecutionId {
        match self.store.record(intake).await.unwrap() {
            Recorded::Accepted(id) => id,
            other => panic!("not accepted: {other:?}"),
        }
    }

    /// A number that a query gives, past the store.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        if self.database.file().is_some() {
            let pool = sqlx::SqlitePool::connect(&self.database.url()).await.unwrap();
            let count = sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap();
            pool.close().await;
            count
        } else {
            let pool = sqlx::PgPool::connect(&self.database.url()).await.unwrap();
            let count = sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap();
            pool.close().await;
            count
        }
    }

    /// Past the store, for what the store itself never does.
    pub(crate) async fn execute(&self, sql: &'static str) {
        if self.database.file().is_some() {
            let pool = sqlx::SqlitePool::connect(&self.database.url()).await.unwrap();
            sqlx::raw_sql(sql).execute(&pool).await.unwrap();
            pool.close().await;
        } else {
            let pool = sqlx::PgPool::connect(&self.database.url()).await.unwrap();
            sqlx::raw_sql(sql).execute(&pool).await.unwrap();
            pool.close().await;
        }
    }
}

pub(crate) fn new_workflow(name: &str) -> NewWorkflow {
    NewWorkflow {
        id: WorkflowId::generate(NOON),
        name: WorkflowName::new(name),
        description: Some("a description".to_owned()),
        yaml: format!("name: {name}\n"),
        created_at: NOON,
    }
}

/// An id of that instant, also where others of this process are of later ones already.
pub(crate) fn id_at(at: Timestamp) -> Uuid {
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let milliseconds = u128::try_from(at.as_micros() / 1_000).unwrap();
    Uuid::from_u128(milliseconds << 80 | 0x7 << 76 | 0b10 << 62 | u128::from(count))
}

pub(crate) fn node() -> NodeId {
    NodeId::generate(NOON)
}

pub(crate) fn head(event: &str) -> EventHead {
    EventHead {
        id: event.to_owned(),
        kind: "lead.created".to_owned(),
        object_type: "lead".to_owned(),
        action: "created".to_owned(),
        time: NOON,
        changed: Vec::new(),
        source: "close".to_owned(),
        ids: Map::new(),
        data: Part::At("/data".to_owned()),
        previous: Part::ABSENT,
    }
}

pub(crate) fn delivery(outcome: Outcome) -> NewDelivery {
    NewDelivery {
        id: DeliveryId::generate(NOON),
        hook_id: HookId::new("0123456789abcdef"),
        workflow_id: None,
        outcome,
        reason: None,
        event_id: None,
        event_type: None,
        received_at: NOON,
        size: BODY.len() as u64,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: BODY.into(),
    }
}

pub(crate) fn execution(workflow: &WorkflowRow) -> NewExecution {
    NewExecution {
        trigger_id: Some(TriggerId::new("close")),
        ..NewExecution::new(ExecutionId::generate(NOON), workflow.id, workflow.version, "close", NOON)
    }
}

/// A delivery of an event for the workflow, whose id is the dedup key too.
pub(crate) fn event(workflow: &WorkflowRow, event: &str) -> Intake {
    Intake {
        parsed: None,
        delivery: Some(NewDelivery {
            workflow_id: Some(workflow.id),
            event_id: Some(event.to_owned()),
            event_type: Some("lead.created".to_owned()),
            ..delivery(Outcome::Accepted)
        }),
        execution: Some(NewExecution {
            dedup_key: Some(event.to_owned()),
            event: Some(head(event)),
            ..execution(workflow)
        }),
    }
}

pub(crate) fn step(path: &str, status: StepStatus) -> StepRecord {
    StepRecord {
        status,
        attempts: 1,
        started_at: Some(NOON),
        ..StepRecord::new(StepId::new(path), path, "set")
    }
}
