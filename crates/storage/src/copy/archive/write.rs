//! Writing what comes in: what is not there is created, what is there stays as it is.

use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::WorkflowId;
use bellhop_workflow::time::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::{ArchiveItem, ArchivedDelivery, ArchivedExecution, ArchivedWorkflow, Body};
use crate::dedup;
use crate::deliveries::Outcome;
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::journal::to_stored;
use crate::json;
use crate::packed::pack;
use crate::text::{key, storable, storable_option};
use crate::transaction::Tx;

const WORKFLOW: &str = "
    INSERT INTO workflows (id, name, description, state, version, created_at, updated_at)
    VALUES ($1, $2, $3, 'inactive', $4, $5, $6)
    ON CONFLICT (name) WHERE deleted_at IS NULL DO NOTHING";
const VERSION: &str =
    "INSERT INTO workflow_versions (workflow_id, version, yaml, created_at) VALUES ($1, $2, $3, $4)";
const WORKFLOW_ID: &str = "SELECT id FROM workflows WHERE name = $1 AND deleted_at IS NULL";
const VERSION_ID: &str = "
    SELECT w.id FROM workflows w JOIN workflow_versions v ON v.workflow_id = w.id
    WHERE w.name = $1 AND v.version = $2 AND w.deleted_at IS NULL";
const CREDENTIAL: &str = "SELECT count(*) FROM credentials WHERE name = $1";
const DELIVERY: &str = "
    INSERT INTO deliveries (id, hook_id, workflow_id, outcome, reason, event_id, event_type, received_at, size, headers,
        body)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING";
// One of another id may be of the same event: that has run here already.
const EXECUTION: &str = "
    INSERT INTO executions (id, workflow_id, version, trigger_id, trigger_kind, delivery_id, dedup_key, event, event_id,
        event_type, inputs, status, output, error, retry_of, attempt, created_at, started_at, finished_at, raw, parent_id,
        parent_path, replay_of, event_block)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, 0)
    ON CONFLICT DO NOTHING";
const JOURNAL: &str = "INSERT INTO journal (execution_id, seq, records) VALUES ($1, 1, $2)";

/// What became of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportOutcome {
    /// It is there now.
    Created,
    /// It was there before.
    There,
    /// It cannot be there, for this reason.
    Skipped(String),
}

impl ImportOutcome {
    pub(super) fn of(rows: u64) -> Self {
        if rows == 0 { Self::There } else { Self::Created }
    }

    pub(super) fn skipped(why: impl Into<String>) -> Self {
        Self::Skipped(why.into())
    }
}

impl Tx {
    /// Writes an item, unless it is there. A workflow gets an id of `now`, and is off.
    pub async fn import(&mut self, item: &ArchiveItem, now: Timestamp) -> Result<ImportOutcome, StoreError> {
        match item {
            ArchiveItem::Workflow(workflow) => self.import_workflow(workflow, now).await,
            ArchiveItem::Credential(credential) => {
                let there: i64 = on_either!(&mut self.open, |transaction| {
                    sqlx::query_scalar(CREDENTIAL)
                        .bind(&credential.name)
                        .fetch_one(&mut **transaction)
                        .await?
                });
                Ok(if there > 0 {
                    ImportOutcome::There
                } else {
                    ImportOutcome::skipped("its values are in no archive: store it")
                })
            }
            ArchiveItem::State(state) => self.import_state(state).await,
            ArchiveItem::Delivery(delivery) => self.import_delivery(delivery).await,
            ArchiveItem::Execution(execution) => self.import_execution(execution).await,
        }
    }

    async fn import_workflow(
        &mut self,
        workflow: &ArchivedWorkflow,
        now: Timestamp,
    ) -> Result<ImportOutcome, StoreError> {
        let numbers = workflow.versions.iter().map(|version| version.number);
        // The newest is the last one, and no number is there twice.
        let Some(newest) = workflow.versions.last().filter(|_| numbers.is_sorted_by(|one, next| one < next))
        else {
            return Ok(ImportOutcome::skipped("it has no versions, or not in their order"));
        };
        let id = WorkflowId::generate(now).as_uuid();
        let created = on_either!(&mut self.open, |transaction| {
            let created = sqlx::query(WORKFLOW)
                .bind(id)
                .bind(&workflow.name)
                .bind(storable_option(workflow.description.as_deref()))
                .bind(newest.number)
                .bind(workflow.created_at.as_micros())
                .bind(now.as_micros())
                .execute(&mut **transaction)
                .await?
                .rows_affected();
            for version in workflow.versions.iter().filter(|_| created > 0) {
                sqlx::query(VERSION)
                    .bind(id)
                    .bind(version.number)
                    .bind(storable(&version.yaml))
                    .bind(version.created_at.as_micros())
                    .execute(&mut **transaction)
                    .await?;
            }
            created
        });
        Ok(ImportOutcome::of(created))
    }

    async fn import_delivery(&mut self, delivery: &ArchivedDelivery) -> Result<ImportOutcome, StoreError> {
        let workflow = match &delivery.workflow {
            Some(name) => match self.id_of(name).await? {
                Some(id) => Some(id),
                None => return Ok(ImportOutcome::skipped(format!("there is no workflow `{name}`"))),
            },
            None => None,
        };
        let Ok(outcome) = delivery.outcome.parse::<Outcome>() else {
            return Ok(ImportOutcome::skipped(format!("`{}` is no outcome", delivery.outcome)));
        };
        let body = match bytes(delivery.body.as_ref()) {
            Ok(body) => body,
            Err(skipped) => return Ok(skipped),
        };
        let headers = json::to_text(&delivery.headers)?;
        Ok(ImportOutcome::of(on_either!(&mut self.open, |transaction| {
            sqlx::query(DELIVERY)
                .bind(delivery.id)
                .bind(key(&delivery.hook_id))
                .bind(workflow)
                .bind(outcome.as_str())
                .bind(storable_option(delivery.reason.as_deref()))
                .bind(storable_option(delivery.event_id.as_deref()))
                .bind(storable_option(delivery.event_type.as_deref()))
                .bind(delivery.received_at.as_micros())
                .bind(delivery.size)
                .bind(headers)
                .bind(body)
                .execute(&mut **transaction)
                .await?
                .rows_affected()
        })))
    }

    async fn import_execution(&mut self, execution: &ArchivedExecution) -> Result<ImportOutcome, StoreError> {
        let ended = execution.status.parse().is_ok_and(|status: ExecutionStatus| status.is_final());
        let (true, Some(finished_at)) = (ended, execution.finished_at) else {
            // It goes on where it was exported from.
            return Ok(ImportOutcome::skipped("it had not ended"));
        };
        let Some(workflow) = self.version_of(&execution.workflow, execution.workflow_version).await? else {
            let (name, version) = (&execution.workflow, execution.workflow_version);
            return Ok(ImportOutcome::skipped(format!(
                "there is no version {version} of a workflow `{name}`"
            )));
        };
        let raw = match bytes(execution.raw.as_ref()) {
            Ok(raw) => raw,
            Err(skipped) => return Ok(skipped),
        };
        let text = |value: &Option<Value>| json::to_text_option(value.as_ref());
        let (event, inputs) = (text(&execution.event)?, text(&execution.inputs)?);
        let (output, error) = (text(&execution.output)?, text(&execution.error)?);
        let journal = to_stored(&execution.steps)?;
        let created = on_either!(&mut self.open, |transaction| {
            let created = sqlx::query(EXECUTION)
                .bind(execution.id)
                .bind(workflow)
                .bind(execution.workflow_version)
                .bind(storable_option(execution.trigger.as_deref()))
                .bind(storable(&execution.trigger_kind))
                .bind(execution.delivery_id)
                .bind(execution.dedup_key.as_deref().map(dedup::to_stored))
                .bind(event)
                .bind(execution.event_id.as_deref().map(key))
                .bind(storable_option(execution.event_type.as_deref()))
                .bind(inputs)
                .bind(&execution.status)
                .bind(output)
                .bind(error)
                .bind(execution.retry_of)
                .bind(execution.attempt)
                .bind(execution.created_at.as_micros())
                .bind(execution.started_at.map(Timestamp::as_micros))
                .bind(finished_at.as_micros())
                .bind(raw)
                .bind(execution.parent_id)
                .bind(execution.parent_path.as_deref().map(key))
                .bind(execution.replay_of)
                .execute(&mut **transaction)
                .await?
                .rows_affected();
            if created > 0 && !execution.steps.is_empty() {
                sqlx::query(JOURNAL).bind(execution.id).bind(journal).execute(&mut **transaction).await?;
            }
            created
        });
        Ok(ImportOutcome::of(created))
    }

    pub(super) async fn id_of(&mut self, workflow: &str) -> Result<Option<Uuid>, StoreError> {
        Ok(on_either!(&mut self.open, |transaction| {
            sqlx::query_scalar(WORKFLOW_ID).bind(workflow).fetch_optional(&mut **transaction).await?
        }))
    }

    async fn version_of(&mut self, workflow: &str, version: i64) -> Result<Option<Uuid>, StoreError> {
        Ok(on_either!(&mut self.open, |transaction| {
            let id = sqlx::query_scalar(VERSION_ID).bind(workflow).bind(version);
            id.fetch_optional(&mut **transaction).await?
        }))
    }
}

/// The bytes as they are stored.
fn bytes(body: Option<&Body>) -> Result<Option<Vec<u8>>, ImportOutcome> {
    let Some(body) = body else { return Ok(None) };
    let bytes = body.bytes().ok_or_else(|| ImportOutcome::skipped("its body is not base64"))?;
    Ok(Some(pack(&bytes)))
}
