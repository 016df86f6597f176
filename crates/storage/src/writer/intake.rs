//! Deliveries and executions, as they come in.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::{DeliveryId, ExecutionId, TriggerId, WorkflowId};
use bytes::Bytes;
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::gates::GateKey;
use super::records;
use crate::claim::ClaimedColumns;
use crate::deliveries::{NewDelivery, Outcome};
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::executions::{Intake, NewExecution, Recorded};
use crate::journal;
use crate::json;
use crate::rows;
use crate::seats::{Offers, Seat};
use crate::text::{key, storable_option};
use crate::transaction::Open;

/// An [`Intake`] in the database's terms, made on the caller's task: the writer's is everybody's.
#[derive(Debug)]
pub(crate) struct IntakeRow {
    delivery: Option<DeliveryRow>,
    execution: Option<ExecutionRow>,
}

#[derive(Debug)]
struct DeliveryRow {
    id: Uuid,
    hook_id: String,
    workflow_id: Option<Uuid>,
    outcome: Outcome,
    reason: Option<String>,
    event_id: Option<String>,
    event_type: Option<String>,
    received_at: i64,
    size: i64,
    headers: String,
    body: Bytes,
}

#[derive(Debug)]
struct ExecutionRow {
    id: Uuid,
    workflow_id: Uuid,
    version: i64,
    trigger_id: Option<String>,
    trigger_kind: String,
    delivery_id: Option<Uuid>,
    dedup_key: Option<String>,
    event: Option<String>,
    event_id: Option<String>,
    event_type: Option<String>,
    inputs: Option<String>,
    retry_of: Option<Uuid>,
    attempt: i64,
    created_at: i64,
    raw: Option<Bytes>,
    parent_id: Option<Uuid>,
    parent_path: Option<String>,
    gate: Option<String>,
    gate_limit: Option<i64>,
    sealed: Option<Vec<u8>>,
    replay_of: Option<Uuid>,
    /// A JSON array of step records.
    records: Option<String>,
}

impl IntakeRow {
    pub(crate) fn prepare(intake: Intake) -> Result<Self, StoreError> {
        let delivery_id = intake.delivery.as_ref().map(|delivery| delivery.id.as_uuid());
        Ok(Self {
            delivery: intake.delivery.map(DeliveryRow::prepare).transpose()?,
            execution: intake
                .execution
                .map(|execution| ExecutionRow::prepare(execution, delivery_id))
                .transpose()?,
        })
    }

    /// Roughly how many bytes it holds.
    pub(crate) fn size(&self) -> usize {
        let delivery = self.delivery.as_ref().map_or(0, |row| row.body.len() + row.headers.len());
        let execution = self.execution.as_ref().map_or(0, |row| {
            row.raw.as_ref().map_or(0, Bytes::len)
                + row.event.as_ref().map_or(0, String::len)
                + row.inputs.as_ref().map_or(0, String::len)
                + row.sealed.as_ref().map_or(0, Vec::len)
                + row.records.as_ref().map_or(0, String::len)
        });
        delivery + execution
    }

    /// The place in a running node that its execution can have at once, if it is an ordinary one.
    pub(super) fn seat(&self, offers: &Offers) -> Option<(Uuid, Seat)> {
        let execution = self.execution.as_ref()?;
        // One with a gate has to wait for its turn. Whoever starts a child has to put itself aside for it. What one that
        // repeats another begins with is in the database.
        if execution.gate.is_some()
            || execution.parent_id.is_some()
            || execution.retry_of.is_some()
            || execution.replay_of.is_some()
            || execution.records.is_some()
        {
            return None;
        }
        Some((execution.id, offers.take(execution.created_at)?))
    }

    /// Hands over the execution that was written with that seat.
    pub(super) fn hand_over(self, seat: Seat) {
        let Some(row) = self.execution else { return };
        let columns = ClaimedColumns {
            id: row.id,
            workflow_id: row.workflow_id,
            version: row.version,
            trigger_id: row.trigger_id,
            trigger_kind: row.trigger_kind,
            event: row.event,
            inputs: row.inputs,
            retry_of: row.retry_of,
            attempt: row.attempt,
            created_at: row.created_at,
            started_at: seat.started_at,
            parent_id: row.parent_id,
            parent_path: row.parent_path,
            sealed: row.sealed,
            cancel_reason: None,
        };
        let delivered = self.delivery.filter(|delivery| delivery.outcome == Outcome::Accepted);
        seat.hand_over(columns, delivered.map(|delivery| delivery.body).or(row.raw));
    }
}

impl DeliveryRow {
    fn prepare(new: NewDelivery) -> Result<Self, StoreError> {
        Ok(Self {
            id: new.id.as_uuid(),
            hook_id: key(new.hook_id.as_str()),
            workflow_id: new.workflow_id.map(WorkflowId::as_uuid),
            outcome: new.outcome,
            reason: storable_option(new.reason.as_deref()),
            event_id: storable_option(new.event_id.as_deref()),
            event_type: storable_option(new.event_type.as_deref()),
            received_at: new.received_at.as_micros(),
            size: i64::try_from(new.size).unwrap_or(i64::MAX),
            headers: json::to_text(&new.headers)?,
            body: new.body,
        })
    }
}

impl ExecutionRow {
    fn prepare(new: NewExecution, delivery_id: Option<Uuid>) -> Result<Self, StoreError> {
        Ok(Self {
            id: new.id.as_uuid(),
            workflow_id: new.workflow_id.as_uuid(),
            version: new.version.0,
            trigger_id: storable_option(new.trigger_id.as_ref().map(TriggerId::as_str)),
            trigger_kind: new.trigger_kind,
            delivery_id,
            dedup_key: new.dedup_key.as_deref().map(key),
            event_id: new.event.as_ref().map(|event| key(&event.id)),
            event_type: storable_option(new.event.as_ref().map(|event| event.kind.as_str())),
            event: json::to_text_option(new.event.as_ref())?,
            inputs: json::to_text_option(new.inputs.as_ref())?,
            retry_of: new.retry_of.map(ExecutionId::as_uuid),
            attempt: i64::from(new.attempt),
            created_at: new.created_at.as_micros(),
            raw: new.raw,
            parent_id: new.parent.as_ref().map(|parent| parent.execution.as_uuid()),
            parent_path: new.parent.as_ref().map(|parent| key(&parent.path)),
            gate: new.gate.as_ref().map(|gate| key(&gate.key)),
            gate_limit: new.gate.as_ref().map(|gate| i64::from(gate.limit)),
            sealed: new.sealed,
            replay_of: new.replay_of.map(DeliveryId::as_uuid),
            records: if new.steps.is_empty() { None } else { Some(journal::to_text(&new.steps)?) },
        })
    }
}

const EXECUTIONS: &str = "
    INSERT INTO executions (id, workflow_id, version, trigger_id, trigger_kind, delivery_id, dedup_key, event, event_id,
        event_type, inputs, status, retry_of, attempt, lease_owner, due_at, created_at, started_at, raw, parent_id,
        parent_path, gate, gate_limit, sealed, replay_of) ";

// A key that is there already, or that an earlier row of this very statement has brought, is passed over.
const UNLESS_KNOWN: &str =
    " ON CONFLICT (workflow_id, dedup_key) WHERE dedup_key IS NOT NULL DO NOTHING RETURNING id";

/// The number of a journal's first entry.
const FIRST: i64 = 1;

/// Why a duplicate starts nothing.
const STARTED_BEFORE: &str = "the event has started an execution of this workflow before";

const DELIVERIES: &str = "
    INSERT INTO deliveries (id, hook_id, workflow_id, outcome, reason, event_id, event_type, received_at, size, headers,
        body) ";

/// Writes executions, those with a seat as claimed by its node, then the deliveries that say what became of them. Says
/// what became of each, and where executions wait for their turn now; keeps the seats of those that were new.
pub(crate) async fn write(
    open: &mut Open,
    rows: &[&IntakeRow],
    seats: &mut HashMap<Uuid, Seat>,
) -> Result<(Vec<Recorded>, Vec<GateKey>), StoreError> {
    let started = write_executions(open, rows, seats).await?;
    seats.retain(|id, _| started.contains(id));
    let recorded: Vec<Recorded> = rows
        .iter()
        .map(|row| match &row.execution {
            None => Recorded::Stored,
            Some(execution) if started.contains(&execution.id) => {
                Recorded::Accepted(ExecutionId::from_uuid(execution.id))
            }
            Some(_) => Recorded::Duplicate,
        })
        .collect();
    let deliveries: Vec<(&DeliveryRow, Recorded)> = rows
        .iter()
        .zip(&recorded)
        .filter_map(|(row, recorded)| Some((row.delivery.as_ref()?, *recorded)))
        .collect();
    write_deliveries(open, &deliveries).await?;
    let gated = rows
        .iter()
        .filter_map(|row| row.execution.as_ref())
        .filter(|execution| started.contains(&execution.id))
        .filter_map(|row| Some(GateKey { workflow_id: row.workflow_id, gate: row.gate.clone()? }));
    Ok((recorded, gated.collect()))
}

/// Says which of them were new.
async fn write_executions(
    open: &mut Open,
    rows: &[&IntakeRow],
    seats: &HashMap<Uuid, Seat>,
) -> Result<HashSet<Uuid>, StoreError> {
    let mut executions: Vec<&ExecutionRow> = rows.iter().filter_map(|row| row.execution.as_ref()).collect();
    // In an order that all nodes agree on: two that wait for each other's keys would otherwise wait for ever. Of the
    // same key the one that came first stays first.
    executions
        .sort_by(|one, other| (one.workflow_id, &one.dedup_key).cmp(&(other.workflow_id, &other.dedup_key)));
    let mut started = HashSet::with_capacity(executions.len());
    for chunk in rows::chunks(&executions) {
        let ids: Vec<Uuid> = on_either!(&mut *open, |transaction: Database| {
            let mut query = QueryBuilder::<Database>::new(EXECUTIONS);
            query.push_values(chunk, |mut values, row| {
                let seat = seats.get(&row.id);
                let status = if seat.is_some() { ExecutionStatus::Running } else { ExecutionStatus::Queued };
                // One with a gate is due when its turn has come.
                let queued_at = row.gate.is_none().then_some(row.created_at);
                values.push_bind(row.id).push_bind(row.workflow_id).push_bind(row.version);
                values.push_bind(row.trigger_id.as_deref()).push_bind(row.trigger_kind.as_str());
                values.push_bind(row.delivery_id).push_bind(row.dedup_key.as_deref());
                values.push_bind(row.event.as_deref()).push_bind(row.event_id.as_deref());
                values.push_bind(row.event_type.as_deref()).push_bind(row.inputs.as_deref());
                values.push_bind(status.as_str()).push_bind(row.retry_of).push_bind(row.attempt);
                values.push_bind(seat.map(|seat| seat.node));
                values.push_bind(seat.map_or(queued_at, |seat| Some(seat.lease_until)));
                values.push_bind(row.created_at).push_bind(seat.map(|seat| seat.started_at));
                values.push_bind(row.raw.as_deref());
                values.push_bind(row.parent_id).push_bind(row.parent_path.as_deref());
                values.push_bind(row.gate.as_deref()).push_bind(row.gate_limit);
                values.push_bind(row.sealed.as_deref()).push_bind(row.replay_of);
            });
            query.push(UNLESS_KNOWN);
            query.build_query_scalar().fetch_all(&mut **transaction).await?
        });
        started.extend(ids);
    }
    let taken_over = executions.iter().filter(|row| started.contains(&row.id));
    let journal: Vec<(Uuid, i64, Cow<'_, str>)> =
        taken_over.filter_map(|row| Some((row.id, FIRST, Cow::Borrowed(row.records.as_deref()?)))).collect();
    records::append(open, &journal).await?;
    Ok(started)
}

async fn write_deliveries(
    open: &mut Open,
    deliveries: &[(&DeliveryRow, Recorded)],
) -> Result<(), StoreError> {
    for chunk in rows::chunks(deliveries) {
        on_either!(&mut *open, |transaction: Database| {
            let mut query = QueryBuilder::<Database>::new(DELIVERIES);
            query.push_values(chunk, |mut values, (row, recorded)| {
                let (outcome, reason) = match recorded {
                    Recorded::Duplicate => (Outcome::Duplicate, Some(STARTED_BEFORE)),
                    Recorded::Accepted(_) | Recorded::Stored => (row.outcome, row.reason.as_deref()),
                };
                let body = match outcome {
                    Outcome::Accepted => Some(&row.body[..]),
                    // For whoever mends the filter and replays what it should have let through.
                    Outcome::Filtered if !row.body.is_empty() => Some(&row.body[..]),
                    Outcome::Filtered | Outcome::Duplicate | Outcome::Rejected => None,
                };
                values.push_bind(row.id).push_bind(row.hook_id.as_str()).push_bind(row.workflow_id);
                values.push_bind(outcome.as_str()).push_bind(reason);
                values.push_bind(row.event_id.as_deref()).push_bind(row.event_type.as_deref());
                values.push_bind(row.received_at).push_bind(row.size);
                values.push_bind(row.headers.as_str()).push_bind(body);
            });
            query.build().execute(&mut **transaction).await?;
        });
    }
    Ok(())
}
