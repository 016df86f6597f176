//! What an execution began with, for one that repeats it.

use bellhop_workflow::event::EventHead;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::{DeliveryId, ExecutionId, TriggerId, Version, WorkflowId};
use bellhop_workflow::journal::StepRecord;
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use crate::dialect::on_either;
use crate::error::StoreError;
use crate::executions;
use crate::json;
use crate::packed::unpack_option;
use crate::store::Store;

/// What an execution began with, as it is stored: what is masked is sealed, and sealed for that execution.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// Its id.
    pub id: ExecutionId,
    /// Whose execution it is.
    pub workflow_id: WorkflowId,
    /// The version that it ran.
    pub version: Version,
    /// Where it stands.
    pub status: ExecutionStatus,
    /// The trigger that started it.
    pub trigger_id: Option<TriggerId>,
    /// That trigger's kind.
    pub trigger_kind: String,
    /// The delivery that started it.
    pub delivery_id: Option<DeliveryId>,
    /// What happened.
    pub event: Option<EventHead>,
    /// The event's body; none where it has been removed since.
    pub body: Option<Vec<u8>>,
    /// What it was given by hand.
    pub inputs: Option<Value>,
    /// Which repetition it was, counted from 1.
    pub attempt: u32,
    /// What its masked fields held, sealed.
    pub sealed: Option<Vec<u8>>,
    /// Where each of its steps stands, in the order they began.
    pub steps: Vec<StepRecord>,
}

#[derive(Debug, FromRow)]
struct OriginColumns {
    id: Uuid,
    workflow_id: Uuid,
    version: i64,
    status: String,
    trigger_id: Option<String>,
    trigger_kind: String,
    delivery_id: Option<Uuid>,
    event: Option<String>,
    body: Option<Vec<u8>>,
    inputs: Option<String>,
    attempt: i64,
    sealed: Option<Vec<u8>>,
}

const ORIGIN: &str = "
    SELECT e.id, e.workflow_id, e.version, e.status, e.trigger_id, e.trigger_kind, e.delivery_id, e.event, e.inputs,
        e.attempt, e.sealed, coalesce(d.body, e.raw) AS body
    FROM executions e LEFT JOIN deliveries d ON d.id = e.delivery_id
    WHERE e.id = $1";

impl Store {
    /// What an execution began with, and what has come of it.
    pub async fn origin(&self, id: ExecutionId) -> Result<Option<Origin>, StoreError> {
        let columns: Option<OriginColumns> = on_either!(&self.pools().read, |pool| {
            sqlx::query_as(ORIGIN).bind(id.as_uuid()).fetch_optional(pool).await?
        });
        let Some(columns) = columns else { return Ok(None) };
        let steps = self.steps_of(&[columns.id]).await?.remove(&columns.id);
        columns.into_origin(steps.unwrap_or_default()).map(Some)
    }
}

impl OriginColumns {
    fn into_origin(self, steps: Vec<StepRecord>) -> Result<Origin, StoreError> {
        Ok(Origin {
            id: ExecutionId::from_uuid(self.id),
            workflow_id: WorkflowId::from_uuid(self.workflow_id),
            version: Version(self.version),
            status: self.status.parse().map_err(|_| StoreError::Corrupt { what: "execution status" })?,
            trigger_id: self.trigger_id.map(TriggerId::new),
            trigger_kind: self.trigger_kind,
            delivery_id: self.delivery_id.map(DeliveryId::from_uuid),
            event: json::from_text_option("event", self.event.as_deref())?,
            body: unpack_option("event", self.body)?,
            inputs: json::from_text_option("execution inputs", self.inputs.as_deref())?,
            attempt: executions::attempt(self.attempt)?,
            sealed: self.sealed,
            steps,
        })
    }
}
