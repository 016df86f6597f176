//! Reading what leaves. It is all of one instant.

use std::collections::HashMap;
use std::io;

use bellhop_workflow::journal::{self, StepRecord};
use bellhop_workflow::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::{
    ArchiveItem, ArchivedCredential, ArchivedDelivery, ArchivedExecution, ArchivedVersion, ArchivedWorkflow,
    Body,
};
use crate::copy::{Bare, CopyError};
use crate::dedup;
use crate::dialect::{Either, on_either};
use crate::error::StoreError;
use crate::journal::from_stored;
use crate::json;
use crate::packed::unpack_option;

/// How many rows are read at a time.
pub(super) const LOOK: i64 = 200;

const WORKFLOWS: &str =
    "SELECT id, name, description, created_at FROM workflows WHERE deleted_at IS NULL ORDER BY name";
const VERSIONS: &str =
    "SELECT version, yaml, created_at FROM workflow_versions WHERE workflow_id = $1 ORDER BY version";
const CREDENTIALS: &str = "SELECT name, kind, fields FROM credentials ORDER BY name";
// What belongs to a deleted workflow stays: its name may be another's by now.
const DELIVERIES: &str = "
    SELECT d.id, d.hook_id, w.name AS workflow, d.outcome, d.reason, d.event_id, d.event_type, d.received_at, d.size,
        d.headers, d.body
    FROM deliveries d LEFT JOIN workflows w ON w.id = d.workflow_id
    WHERE d.id > $1 AND (d.workflow_id IS NULL OR (w.id IS NOT NULL AND w.deleted_at IS NULL))
    ORDER BY d.id LIMIT $2";
const EXECUTIONS: &str = "
    SELECT e.id, w.name AS workflow, e.version, e.status, e.trigger_id, e.trigger_kind, e.delivery_id, e.dedup_key,
        e.event, e.event_id, e.event_type, e.inputs, e.output, e.error, e.retry_of, e.attempt, e.replay_of, e.parent_id,
        e.parent_path, e.created_at, e.started_at, e.finished_at, e.raw
    FROM executions e JOIN workflows w ON w.id = e.workflow_id
    WHERE e.id > $1 AND w.deleted_at IS NULL
    ORDER BY e.id LIMIT $2";
const JOURNALS: &str = "
    SELECT execution_id, records FROM journal WHERE execution_id >= $1 AND execution_id <= $2
    ORDER BY execution_id, seq";

/// What is to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Workflows, and the names of credentials.
    pub workflows: bool,
    /// The durable keys of workflows.
    pub state: bool,
    /// Deliveries and executions.
    pub history: bool,
}

#[derive(FromRow)]
struct DeliveryColumns {
    id: Uuid,
    hook_id: String,
    workflow: Option<String>,
    outcome: String,
    reason: Option<String>,
    event_id: Option<String>,
    event_type: Option<String>,
    received_at: i64,
    size: i64,
    headers: String,
    body: Option<Vec<u8>>,
}

#[derive(FromRow)]
struct ExecutionColumns {
    id: Uuid,
    workflow: String,
    version: i64,
    status: String,
    trigger_id: Option<String>,
    trigger_kind: String,
    delivery_id: Option<Uuid>,
    dedup_key: Option<String>,
    event: Option<String>,
    event_id: Option<String>,
    event_type: Option<String>,
    inputs: Option<String>,
    output: Option<String>,
    error: Option<String>,
    retry_of: Option<Uuid>,
    attempt: i64,
    replay_of: Option<Uuid>,
    parent_id: Option<Uuid>,
    parent_path: Option<String>,
    created_at: i64,
    started_at: Option<i64>,
    finished_at: Option<i64>,
    raw: Option<Vec<u8>>,
}

pub(super) type Each<'a> = dyn FnMut(ArchiveItem) -> io::Result<()> + Send + 'a;

impl Bare {
    /// Hands everything that is wanted to `each`, in the order in which it can be written elsewhere.
    pub async fn export(&mut self, wanted: Wanted, each: &mut Each<'_>) -> Result<(), CopyError> {
        match &mut self.line {
            Either::Sqlite(line) => sqlx::raw_sql("BEGIN").execute(line).await.map(drop)?,
            Either::Postgres(line) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                sqlx::raw_sql(begin).execute(line).await.map(drop)?;
            }
        }
        if wanted.workflows {
            self.workflows(each).await?;
        }
        if wanted.state {
            self.state(each).await?;
        }
        if wanted.history {
            self.deliveries(each).await?;
            self.executions(each).await?;
        }
        self.end("ROLLBACK").await
    }

    async fn workflows(&mut self, each: &mut Each<'_>) -> Result<(), CopyError> {
        let workflows: Vec<(Uuid, String, Option<String>, i64)> =
            on_either!(&mut self.line, |line| sqlx::query_as(WORKFLOWS).fetch_all(line).await?);
        for (id, name, description, created_at) in workflows {
            let versions: Vec<(i64, String, i64)> = on_either!(&mut self.line, |line| {
                sqlx::query_as(VERSIONS).bind(id).fetch_all(line).await?
            });
            let versions = versions.into_iter().map(|(number, yaml, created_at)| ArchivedVersion {
                number,
                yaml,
                created_at: Timestamp::from_micros(created_at),
            });
            let created_at = Timestamp::from_micros(created_at);
            let versions = versions.collect();
            each(ArchiveItem::Workflow(ArchivedWorkflow { name, description, created_at, versions }))?;
        }
        let credentials: Vec<(String, String, String)> =
            on_either!(&mut self.line, |line| sqlx::query_as(CREDENTIALS).fetch_all(line).await?);
        for (name, credential_kind, fields) in credentials {
            let fields = json::from_text("credential fields", &fields)?;
            each(ArchiveItem::Credential(ArchivedCredential { name, credential_kind, fields }))?;
        }
        Ok(())
    }

    async fn deliveries(&mut self, each: &mut Each<'_>) -> Result<(), CopyError> {
        let mut last = Uuid::nil();
        loop {
            let page: Vec<DeliveryColumns> = on_either!(&mut self.line, |line| {
                sqlx::query_as(DELIVERIES).bind(last).bind(LOOK).fetch_all(line).await?
            });
            let Some(end) = page.last() else { return Ok(()) };
            last = end.id;
            for delivery in page {
                each(ArchiveItem::Delivery(Box::new(delivery.into_archived()?)))?;
            }
        }
    }

    async fn executions(&mut self, each: &mut Each<'_>) -> Result<(), CopyError> {
        let mut last = Uuid::nil();
        loop {
            let page: Vec<ExecutionColumns> = on_either!(&mut self.line, |line| {
                sqlx::query_as(EXECUTIONS).bind(last).bind(LOOK).fetch_all(line).await?
            });
            let (Some(first), Some(end)) = (page.first(), page.last()) else { return Ok(()) };
            last = end.id;
            let mut steps = self.steps_between(first.id, end.id).await?;
            for execution in page {
                let steps = steps.remove(&execution.id).unwrap_or_default();
                each(ArchiveItem::Execution(Box::new(execution.into_archived(steps)?)))?;
            }
        }
    }

    async fn steps_between(
        &mut self,
        first: Uuid,
        last: Uuid,
    ) -> Result<HashMap<Uuid, Vec<StepRecord>>, CopyError> {
        let entries: Vec<(Uuid, Vec<u8>)> = on_either!(&mut self.line, |line| {
            sqlx::query_as(JOURNALS).bind(first).bind(last).fetch_all(line).await?
        });
        let mut journals: HashMap<Uuid, Vec<StepRecord>> = HashMap::new();
        for (execution, records) in entries {
            let records = from_stored(records)?.into_iter();
            // What is sealed opens with this server's key, and is shown to nobody.
            let records = records.map(|record| StepRecord { sealed: None, ..record });
            journals.entry(execution).or_default().extend(records);
        }
        Ok(journals.into_iter().map(|(execution, records)| (execution, journal::fold(records))).collect())
    }
}

impl DeliveryColumns {
    fn into_archived(self) -> Result<ArchivedDelivery, StoreError> {
        Ok(ArchivedDelivery {
            id: self.id,
            hook_id: self.hook_id,
            workflow: self.workflow,
            outcome: self.outcome,
            reason: self.reason,
            event_id: self.event_id,
            event_type: self.event_type,
            received_at: Timestamp::from_micros(self.received_at),
            size: self.size,
            headers: json::from_text("delivery headers", &self.headers)?,
            body: unpack_option("delivery body", self.body)?.map(Body::of),
        })
    }
}

impl ExecutionColumns {
    fn into_archived(self, steps: Vec<StepRecord>) -> Result<ArchivedExecution, StoreError> {
        Ok(ArchivedExecution {
            id: self.id,
            workflow: self.workflow,
            workflow_version: self.version,
            status: self.status,
            trigger: self.trigger_id,
            trigger_kind: self.trigger_kind,
            delivery_id: self.delivery_id,
            dedup_key: self.dedup_key.map(dedup::from_stored),
            event: json::from_text_option("event", self.event.as_deref())?,
            event_id: self.event_id,
            event_type: self.event_type,
            raw: unpack_option("event", self.raw)?.map(Body::of),
            inputs: json::from_text_option("execution inputs", self.inputs.as_deref())?,
            output: json::from_text_option("execution output", self.output.as_deref())?,
            error: json::from_text_option("execution error", self.error.as_deref())?,
            retry_of: self.retry_of,
            attempt: self.attempt,
            replay_of: self.replay_of,
            parent_id: self.parent_id,
            parent_path: self.parent_path,
            created_at: Timestamp::from_micros(self.created_at),
            started_at: self.started_at.map(Timestamp::from_micros),
            finished_at: self.finished_at.map(Timestamp::from_micros),
            steps,
        })
    }
}
