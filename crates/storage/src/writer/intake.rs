//! Deliveries and executions, as they come in.

use std::borrow::Cow;
use std::collections::HashSet;

use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::{DeliveryId, ExecutionId, TriggerId, WorkflowId};
use bellhop_workflow::trace::TraceContext;
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::blocks::Blocks;
use super::gates::GateKey;
use super::records::JournalRow;
use crate::dedup;
use crate::deliveries::{NewDelivery, Outcome};
use crate::dialect::{Dialect, ManyRows as _, on_either};
use crate::error::StoreError;
use crate::executions::{Intake, NewExecution, Recorded};
use crate::journal;
use crate::json;
use crate::packed::pack;
use crate::rows;
use crate::seats::Born;
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
    /// As it is stored, where it is.
    body: Option<Vec<u8>>,
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
    raw: Option<Vec<u8>>,
    parent_id: Option<Uuid>,
    parent_path: Option<String>,
    gate: Option<String>,
    gate_limit: Option<i64>,
    sealed: Option<Vec<u8>>,
    replay_of: Option<Uuid>,
    trace: Option<[u8; TraceContext::STORED]>,
    /// Step records, as the journal has them.
    records: Option<Vec<u8>>,
    /// How far it has come before it is written, where a node has it already.
    born: Option<Box<Born>>,
}

impl IntakeRow {
    pub(crate) fn prepare(intake: &Intake) -> Result<Self, StoreError> {
        let delivery_id = intake.delivery.as_ref().map(|delivery| delivery.id.as_uuid());
        Ok(Self {
            delivery: intake.delivery.as_ref().map(DeliveryRow::prepare).transpose()?,
            execution: intake
                .execution
                .as_ref()
                .map(|execution| ExecutionRow::prepare(execution, delivery_id))
                .transpose()?,
        })
    }

    /// Roughly how many bytes it holds.
    pub(crate) fn size(&self) -> usize {
        let delivery =
            self.delivery.as_ref().map_or(0, |row| row.body.as_ref().map_or(0, Vec::len) + row.headers.len());
        let execution = self.execution.as_ref().map_or(0, |row| {
            row.raw.as_ref().map_or(0, Vec::len)
                + row.event.as_ref().map_or(0, String::len)
                + row.inputs.as_ref().map_or(0, String::len)
                + row.sealed.as_ref().map_or(0, Vec::len)
                + row.records.as_ref().map_or(0, Vec::len)
        });
        delivery + execution
    }

    /// The execution that it starts.
    pub(super) fn execution_id(&self) -> Option<Uuid> {
        self.execution.as_ref().map(|execution| execution.id)
    }

    /// What starts the execution.
    pub(super) fn trigger_kind(&self) -> Option<&str> {
        self.execution.as_ref().map(|execution| execution.trigger_kind.as_str())
    }

    /// Whether a node has it already.
    pub(super) fn born(&self) -> Option<&Born> {
        self.execution.as_ref()?.born.as_deref()
    }

    /// Has its execution be written as it stands by now.
    pub(crate) fn bear(&mut self, born: Born) {
        if let Some(execution) = &mut self.execution {
            execution.born = Some(Box::new(born));
        }
    }
}

impl DeliveryRow {
    fn prepare(new: &NewDelivery) -> Result<Self, StoreError> {
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
            body: match new.outcome {
                Outcome::Accepted => Some(pack(&new.body)),
                // For whoever mends the filter and replays what it should have let through.
                Outcome::Filtered if !new.body.is_empty() => Some(pack(&new.body)),
                Outcome::Filtered | Outcome::Duplicate | Outcome::Rejected => None,
            },
        })
    }
}

impl ExecutionRow {
    /// What its journal begins with: what it takes over, or what it has done.
    fn first_records(&self) -> Option<&[u8]> {
        let done = || self.born.as_ref()?.records.as_deref();
        self.records.as_deref().or_else(done)
    }

    fn prepare(new: &NewExecution, delivery_id: Option<Uuid>) -> Result<Self, StoreError> {
        Ok(Self {
            id: new.id.as_uuid(),
            workflow_id: new.workflow_id.as_uuid(),
            version: new.version.0,
            trigger_id: storable_option(new.trigger_id.as_ref().map(TriggerId::as_str)),
            trigger_kind: new.trigger_kind.clone(),
            delivery_id,
            dedup_key: new.dedup_key.as_deref().map(dedup::to_stored),
            event_id: new.event.as_ref().map(|event| key(&event.id)),
            event_type: storable_option(new.event.as_ref().map(|event| event.kind.as_str())),
            event: json::to_text_option(new.event.as_ref())?,
            inputs: json::to_text_option(new.inputs.as_ref())?,
            retry_of: new.retry_of.map(ExecutionId::as_uuid),
            attempt: i64::from(new.attempt),
            created_at: new.created_at.as_micros(),
            raw: new.raw.as_deref().map(pack),
            parent_id: new.parent.as_ref().map(|parent| parent.execution.as_uuid()),
            parent_path: new.parent.as_ref().map(|parent| key(&parent.path)),
            gate: new.gate.as_ref().map(|gate| key(&gate.key)),
            gate_limit: new.gate.as_ref().map(|gate| i64::from(gate.limit)),
            sealed: new.sealed.clone(),
            replay_of: new.replay_of.map(DeliveryId::as_uuid),
            trace: new.trace.map(TraceContext::to_stored),
            records: if new.steps.is_empty() { None } else { Some(journal::to_stored(&new.steps)?) },
            born: None,
        })
    }
}

const EXECUTIONS: &str = "
    INTO executions (id, workflow_id, version, trigger_id, trigger_kind, delivery_id, dedup_key, event, event_id,
        event_type, inputs, status, retry_of, attempt, lease_owner, due_at, created_at, started_at, raw, parent_id,
        parent_path, gate, gate_limit, sealed, replay_of, trace, output, error, finished_at, event_block) ";

// A key that is there already, or that an earlier row of this very statement has brought, is passed over.
const UNLESS_KNOWN: &str = " ON CONFLICT (dedup_key, workflow_id) WHERE dedup_key IS NOT NULL DO NOTHING";

const WRITTEN: &str = "SELECT id FROM executions WHERE id IN (";

/// The number of a journal's first entry.
const FIRST: i64 = 1;

/// Why a duplicate starts nothing.
const STARTED_BEFORE: &str = "the event has started an execution of this workflow before";

const DELIVERIES: &str = "
    INTO deliveries (id, hook_id, workflow_id, outcome, reason, event_id, event_type, received_at, size, headers,
        body) ";

/// Writes executions, those that a node has already as they stand, then the deliveries that say what became of them. Says
/// what became of each, and where executions wait for their turn now. What their journals begin with is added to `journal`,
/// for the caller to write.
pub(super) async fn write<'a>(
    open: &mut Open,
    blocks: &mut Blocks,
    rows: &[&'a IntakeRow],
    journal: &mut Vec<JournalRow<'a>>,
) -> Result<(Vec<Recorded>, Vec<GateKey>), StoreError> {
    let started = write_executions(open, blocks, rows).await?;
    let begun = || {
        let executions = rows.iter().filter_map(|row| row.execution.as_ref());
        executions.filter(|execution| started.contains(&execution.id))
    };
    journal.extend(begun().filter_map(|row| Some((row.id, FIRST, Cow::Borrowed(row.first_records()?)))));
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
    let gated =
        begun().filter_map(|row| Some(GateKey { workflow_id: row.workflow_id, gate: row.gate.clone()? }));
    Ok((recorded, gated.collect()))
}

/// Writes deliveries that start nothing.
pub(crate) async fn log(open: &mut Open, rows: &[IntakeRow]) -> Result<(), StoreError> {
    let deliveries = rows.iter().filter_map(|row| Some((row.delivery.as_ref()?, Recorded::Stored)));
    write_deliveries(open, &deliveries.collect::<Vec<_>>()).await
}

/// Says which of them were new.
async fn write_executions(
    open: &mut Open,
    blocks: &mut Blocks,
    rows: &[&IntakeRow],
) -> Result<HashSet<Uuid>, StoreError> {
    let mut executions: Vec<&ExecutionRow> = rows.iter().filter_map(|row| row.execution.as_ref()).collect();
    if open.dialect() == Dialect::Postgres {
        // In an order that all nodes agree on: two that wait for each other's keys would otherwise wait for ever. Of the
        // same key the one that came first stays first. (Where one process writes, as they come: what is added at the end
        // of an index costs least.)
        let order = |row: &&ExecutionRow| (row.workflow_id, row.dedup_key.clone());
        executions.sort_by_cached_key(order);
    }
    let mut started = HashSet::with_capacity(executions.len());
    for chunk in rows::chunks(open.dialect(), &executions) {
        let block = blocks.next(open, chunk.len()).await?;
        let written = on_either!(&mut *open, |transaction: Database| {
            let mut query = QueryBuilder::<Database>::new(Database::INSERT);
            query.push(EXECUTIONS);
            rows::push_inserted(&mut query, chunk, |mut values, row| {
                let born = row.born.as_deref();
                let change = born.and_then(|born| born.change.as_ref());
                let status = born.map_or(ExecutionStatus::Queued, Born::status);
                // One with a gate is due when its turn has come.
                let due_at = born.map_or(row.gate.is_none().then_some(row.created_at), Born::due_at);
                values.push_bind(row.id).push_bind(row.workflow_id).push_bind(row.version);
                values.push_bind(row.trigger_id.as_deref()).push_bind(row.trigger_kind.as_str());
                values.push_bind(row.delivery_id).push_bind(row.dedup_key.as_deref());
                values.push_bind(row.event.as_deref()).push_bind(row.event_id.as_deref());
                values.push_bind(row.event_type.as_deref()).push_bind(row.inputs.as_deref());
                values.push_bind(status.as_str()).push_bind(row.retry_of).push_bind(row.attempt);
                values.push_bind(born.and_then(|born| born.lease).map(|(node, _)| node)).push_bind(due_at);
                values.push_bind(row.created_at).push_bind(born.map(|born| born.started_at));
                values.push_bind(row.raw.as_deref());
                values.push_bind(row.parent_id).push_bind(row.parent_path.as_deref());
                values.push_bind(row.gate.as_deref()).push_bind(row.gate_limit);
                values.push_bind(row.sealed.as_deref()).push_bind(row.replay_of);
                values.push_bind(row.trace.as_ref().map(<[u8; TraceContext::STORED]>::as_slice));
                values.push_bind(change.and_then(|change| change.output.as_deref()));
                values.push_bind(change.and_then(|change| change.error.as_deref()));
                values.push_bind(change.and_then(|change| change.finished_at)).push_bind(block);
            });
            query.push(UNLESS_KNOWN);
            query.build().execute(&mut **transaction).await?.rows_affected()
        });
        // Most often all of them: which, is asked only where some are missing.
        if usize::try_from(written) == Ok(chunk.len()) {
            started.extend(chunk.iter().map(|row| row.id));
        } else {
            started.extend(those_written(open, chunk).await?);
        }
    }
    Ok(started)
}

/// Which of them are in the table.
async fn those_written(open: &mut Open, executions: &[&ExecutionRow]) -> Result<Vec<Uuid>, StoreError> {
    Ok(on_either!(open, |transaction: Database| {
        let mut query = QueryBuilder::<Database>::new(WRITTEN);
        rows::push_ids(&mut query, executions.iter().map(|row| row.id));
        query.push(")");
        query.build_query_scalar().fetch_all(&mut **transaction).await?
    }))
}

async fn write_deliveries(
    open: &mut Open,
    deliveries: &[(&DeliveryRow, Recorded)],
) -> Result<(), StoreError> {
    for chunk in rows::chunks(open.dialect(), deliveries) {
        on_either!(&mut *open, |transaction: Database| {
            let mut query = QueryBuilder::<Database>::new(Database::INSERT);
            query.push(DELIVERIES);
            rows::push_inserted(&mut query, chunk, |mut values, (row, recorded)| {
                let (outcome, reason) = match recorded {
                    Recorded::Duplicate => (Outcome::Duplicate, Some(STARTED_BEFORE)),
                    Recorded::Accepted(_) | Recorded::Stored => (row.outcome, row.reason.as_deref()),
                };
                let body = row.body.as_deref().filter(|_| outcome != Outcome::Duplicate);
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
