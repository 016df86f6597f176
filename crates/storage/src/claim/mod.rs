//! Claiming: a node takes executions that are due, and nobody else has them until their lease ends.
//!
//! What is due is one column, `due_at`, whatever the reason: recorded and never begun, put aside until an instant that
//! has come, or left behind by a node whose lease has run out.

//!
//! Of what is due, each workflow gets its part: see [`share`].

mod heads;
#[cfg(test)]
mod plan_tests;
pub(crate) mod postgres;
mod share;
pub(crate) mod sqlite;

use std::collections::HashMap;
use std::time::Duration;

use bellhop_workflow::event::HeldEvent;
use bellhop_workflow::ids::{ExecutionId, TriggerId, Version, WorkflowId};
use bellhop_workflow::journal::StepRecord;
use bellhop_workflow::time::Timestamp;
use bellhop_workflow::trace::TraceContext;
use serde_json::Value;
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

pub(crate) use self::heads::{depth, next_due};
pub use self::share::Standings;
use self::share::divide;
pub(crate) use self::share::{Standing, may_begin};
use crate::dialect::{Either, on_either};
use crate::error::StoreError;
use crate::executions::{self, NewExecution, Parent};
use crate::json;
use crate::node::NodeId;
use crate::packed::unpack;
use crate::rows;
use crate::store::Store;

/// An execution that a node has claimed, with all that it needs to run it.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimedExecution {
    /// Its id.
    pub id: ExecutionId,
    /// Which workflow.
    pub workflow_id: WorkflowId,
    /// Which version of it, see [`Store::workflow_version`].
    pub version: Version,
    /// The trigger that started it.
    pub trigger_id: Option<TriggerId>,
    /// That trigger's kind.
    pub trigger_kind: String,
    /// What happened.
    pub event: Option<HeldEvent>,
    /// What it was given by hand.
    pub inputs: Option<Value>,
    /// The execution that it repeats.
    pub retry_of: Option<ExecutionId>,
    /// 1, and one more than the execution that it repeats.
    pub attempt: u32,
    /// When it was recorded.
    pub created_at: Timestamp,
    /// When a node first claimed it: now, where this is the first time.
    pub started_at: Timestamp,
    /// The step that started it.
    pub parent: Option<Parent>,
    /// What its masked fields held, sealed.
    pub sealed: Option<Vec<u8>>,
    /// The trace that it belongs to, at the span that it is a child of; none where it begins one.
    pub trace: Option<TraceContext>,
    /// Why it is to end as cancelled, where somebody has asked for that: nothing more of it is to be run.
    pub cancel: Option<String>,
    /// How many claims of it in a row, up to this one, have ended with their process before they brought it on.
    pub lost_claims: u32,
    /// Where its steps stand after what was done of it before; empty the first time.
    pub steps: Vec<StepRecord>,
}

impl ClaimedExecution {
    /// One that comes in where a node has room for it, as it would be claimed at that instant.
    pub(crate) fn newborn(new: NewExecution, body: Option<Value>, started_at: Timestamp) -> Self {
        Self {
            id: new.id,
            workflow_id: new.workflow_id,
            version: new.version,
            trigger_id: new.trigger_id,
            trigger_kind: new.trigger_kind,
            event: new.event.map(|head| HeldEvent { head, raw: body.unwrap_or_default() }),
            inputs: new.inputs,
            retry_of: new.retry_of,
            attempt: new.attempt,
            created_at: new.created_at,
            started_at,
            parent: new.parent,
            sealed: new.sealed,
            trace: new.trace,
            cancel: None,
            lost_claims: 0,
            steps: Vec::new(),
        }
    }
}

/// What a claim came to.
#[derive(Debug)]
pub struct Claimed {
    /// What is the node's now.
    pub executions: Vec<ClaimedExecution>,
    /// The workflows of which more may be due than the node could take.
    pub left: Vec<WorkflowId>,
}

/// Who wants how much.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    node: Uuid,
    standings: Standings,
    now: i64,
    lease_until: i64,
}

/// What a claim came to, in the database's terms.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub(crate) columns: Vec<ClaimedColumns>,
    left: Vec<Uuid>,
}

/// What the claiming statement gives back.
#[derive(Debug, FromRow)]
pub(crate) struct ClaimedColumns {
    pub(crate) id: Uuid,
    pub(crate) workflow_id: Uuid,
    pub(crate) version: i64,
    pub(crate) trigger_id: Option<String>,
    pub(crate) trigger_kind: String,
    pub(crate) event: Option<String>,
    pub(crate) inputs: Option<String>,
    pub(crate) retry_of: Option<Uuid>,
    pub(crate) attempt: i64,
    pub(crate) created_at: i64,
    pub(crate) started_at: i64,
    pub(crate) parent_id: Option<Uuid>,
    pub(crate) parent_path: Option<String>,
    pub(crate) sealed: Option<Vec<u8>>,
    pub(crate) trace: Option<Vec<u8>>,
    pub(crate) cancel_reason: Option<String>,
    pub(crate) lost_claims: i64,
}

impl ClaimedColumns {
    /// One that cannot be read must not keep the others from running: its lease ends like any other.
    pub(crate) fn complete_or_leave(
        self,
        body: Option<&[u8]>,
        steps: Vec<StepRecord>,
    ) -> Option<ClaimedExecution> {
        let id = self.id;
        self.complete(body, steps)
            .inspect_err(|error| {
                let id = ExecutionId::from_uuid(id);
                tracing::error!(execution = %id, error = error as &dyn std::error::Error, "execution left aside");
            })
            .ok()
    }

    fn complete(self, body: Option<&[u8]>, steps: Vec<StepRecord>) -> Result<ClaimedExecution, StoreError> {
        Ok(ClaimedExecution {
            id: ExecutionId::from_uuid(self.id),
            workflow_id: WorkflowId::from_uuid(self.workflow_id),
            version: Version(self.version),
            trigger_id: self.trigger_id.map(TriggerId::new),
            trigger_kind: self.trigger_kind,
            event: executions::event(self.event.as_deref(), body)?,
            inputs: json::from_text_option("execution inputs", self.inputs.as_deref())?,
            retry_of: self.retry_of.map(ExecutionId::from_uuid),
            attempt: executions::attempt(self.attempt)?,
            created_at: Timestamp::from_micros(self.created_at),
            started_at: Timestamp::from_micros(self.started_at),
            parent: Parent::from_columns(self.parent_id, self.parent_path),
            sealed: self.sealed,
            trace: self.trace.as_deref().and_then(TraceContext::from_stored),
            cancel: self.cancel_reason,
            lost_claims: u32::try_from(self.lost_claims).unwrap_or(u32::MAX),
            steps,
        })
    }
}

/// The most executions that one claim gives, whatever room there is.
const MAX_CLAIM: usize = 500;

const BODIES: &str = "
    SELECT e.id, coalesce(d.body, e.raw) AS body
    FROM executions e LEFT JOIN deliveries d ON d.id = e.delivery_id
    WHERE e.id IN (";

impl Store {
    /// Gives `node` at most `limit` executions that are due at `now`, until `lease` later, as a node that runs nothing:
    /// the workflows that have some take turns, and of each comes first what has been due longest. No two nodes are ever
    /// given the same one at the same time.
    pub async fn claim(
        &self,
        node: NodeId,
        limit: u32,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Vec<ClaimedExecution>, StoreError> {
        let room = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(self.claim_fairly(node, Standings::of_nobody(room), now, lease).await?.executions)
    }

    /// The same for a node that may run others already, whose slots have these standings.
    pub async fn claim_fairly(
        &self,
        node: NodeId,
        mut standings: Standings,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Claimed, StoreError> {
        standings.room = standings.room.min(MAX_CLAIM);
        let claim = Claim {
            node: node.as_uuid(),
            standings,
            now: now.as_micros(),
            lease_until: now.plus(lease).as_micros(),
        };
        let taken = match &self.pools().write {
            Either::Sqlite(_) => self.writer().claim(claim).await?,
            Either::Postgres(pool) => {
                let taken = postgres::claim(pool, &claim).await;
                let taken = taken.map_err(|error| self.health().failed(error))?;
                self.commits().changes.tell(|| taken.columns.iter().map(|row| row.id));
                taken
            }
        };
        let left = taken.left.into_iter().map(WorkflowId::from_uuid).collect();
        Ok(Claimed { executions: self.complete(taken.columns).await?, left })
    }

    async fn complete(&self, mut claimed: Vec<ClaimedColumns>) -> Result<Vec<ClaimedExecution>, StoreError> {
        if claimed.is_empty() {
            return Ok(Vec::new());
        }
        // RETURNING gives the rows in any order.
        claimed.sort_unstable_by_key(|columns| columns.id);
        let ids: Vec<Uuid> = claimed.iter().map(|columns| columns.id).collect();
        let mut bodies = self.bodies_of(&ids).await?;
        let mut journals = self.steps_of(&ids).await?;
        let completed = claimed.into_iter().filter_map(|columns| {
            let steps = journals.remove(&columns.id).unwrap_or_default();
            let body = bodies.remove(&columns.id);
            columns.complete_or_leave(body.as_deref(), steps)
        });
        Ok(completed.collect())
    }

    async fn bodies_of(&self, executions: &[Uuid]) -> Result<HashMap<Uuid, Vec<u8>>, StoreError> {
        let bodies: Vec<(Uuid, Option<Vec<u8>>)> = on_either!(&self.pools().read, |pool: Database| {
            let mut query = QueryBuilder::<Database>::new(BODIES);
            rows::push_ids(&mut query, executions.iter().copied());
            query.push(")");
            query.build_query_as().fetch_all(pool).await?
        });
        let bodies = bodies.into_iter().filter_map(|(id, body)| Some((id, body?)));
        bodies.map(|(id, body)| Ok((id, unpack("event", body)?))).collect()
    }
}
