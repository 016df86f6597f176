//! Makes a history through the storage's own door: each execution a copy of one that really ran.

use std::path::Path;
use std::time::{Duration, Instant};

use bellhop_storage::{
    DeliveryRow, Ending, ExecutionFilter, ExecutionRow, FinishedExecution, Intake, NewDelivery, NewExecution,
    NodeId, Store,
};
use bellhop_workflow::event::{Event, EventHead, Part};
use bellhop_workflow::ids::{DeliveryId, ExecutionId};
use bellhop_workflow::time::{Clock as _, SystemClock, Timestamp};
use futures::future::try_join_all;

use crate::error::BenchError;
use crate::figures::number;
use crate::report::say;
use crate::server::database_file;

/// How many are written at once.
const CHUNK: u32 = 500;
/// How much time the history spans: less than is kept by default, so that nothing of it is deleted while it is measured.
const SPAN: Duration = Duration::from_hours(13 * 24);
const LEASE: Duration = Duration::from_mins(10);
/// How often it is said how far it is.
const WORD: Duration = Duration::from_secs(20);

/// Adds `count` finished executions to the database of a server that does not run and has run at least one.
pub(super) async fn fill(data_dir: &Path, count: u64) -> Result<(), BenchError> {
    let store = Store::connect(&format!("sqlite://{}", database_file(data_dir).display())).await?;
    let sample = Sample::of(&store).await?;
    let begin = SystemClock.now().minus(SPAN);
    let (mut done, mut told) = (0, Instant::now());
    while done < count {
        let chunk = u32::try_from(count - done).unwrap_or(CHUNK).min(CHUNK);
        let at = begin.plus(SPAN.mul_f64(number(done) / number(count)));
        sample.copy(&store, chunk, at).await?;
        done += u64::from(chunk);
        if told.elapsed() >= WORD {
            told = Instant::now();
            say(&format!("  {done} of {count}"));
        }
    }
    store.close().await;
    Ok(())
}

/// An execution that has run, with its delivery.
struct Sample {
    execution: ExecutionRow,
    delivery: DeliveryRow,
    head: EventHead,
    node: NodeId,
}

impl Sample {
    async fn of(store: &Store) -> Result<Self, BenchError> {
        let none = || BenchError::Wrong("there is no execution to make a history after".to_owned());
        let newest = store.executions(&ExecutionFilter::default(), None, 1).await?;
        let id = newest.first().ok_or_else(none)?.id;
        let mut execution = store.execution(id).await?.ok_or_else(none)?;
        let delivery = execution.delivery_id.ok_or_else(none)?;
        let delivery = store.delivery(delivery).await?.ok_or_else(none)?;
        let head = head(execution.event.take().ok_or_else(none)?);
        Ok(Self { execution, delivery, head, node: NodeId::generate(SystemClock.now()) })
    }

    /// Writes so many copies of it, from their delivery to their end.
    async fn copy(&self, store: &Store, count: u32, at: Timestamp) -> Result<(), BenchError> {
        try_join_all((0..count).map(|_| store.record(self.intake(at)))).await?;
        let claimed = store.claim(self.node, count, at, LEASE).await?;
        if claimed.len() < count as usize {
            return Err(BenchError::Wrong("what was prepared cannot be claimed".to_owned()));
        }
        let finish = claimed.into_iter().map(|claimed| {
            let records = self.execution.steps.clone();
            let ending = Ending::Succeeded(self.execution.output.clone());
            store.finish(self.node, FinishedExecution { id: claimed.id, records, ending, finished_at: at })
        });
        try_join_all(finish).await?;
        Ok(())
    }

    fn intake(&self, at: Timestamp) -> Intake {
        let Self { execution, delivery, head, .. } = self;
        let id = DeliveryId::generate(at);
        // As long as the vendor's id, and in no order.
        let event_id = format!("ev_{:022x}", id.as_uuid().as_u128().rotate_left(64) >> 40);
        let body = delivery.body.clone().unwrap_or_default();
        let dedup_key = format!("{event_id}@{at}");
        Intake {
            parsed: None,
            delivery: Some(NewDelivery {
                id,
                hook_id: delivery.hook_id.clone(),
                workflow_id: delivery.workflow_id,
                outcome: delivery.outcome,
                reason: None,
                event_id: Some(event_id.clone()),
                event_type: delivery.event_type.clone(),
                received_at: at,
                size: delivery.size,
                headers: delivery.headers.clone(),
                body: body.into(),
            }),
            execution: Some(NewExecution {
                trigger_id: execution.trigger_id.clone(),
                dedup_key: Some(dedup_key),
                event: Some(EventHead { id: event_id, time: at, ..head.clone() }),
                ..NewExecution::new(
                    ExecutionId::generate(at),
                    execution.workflow_id,
                    execution.version,
                    &execution.trigger_kind,
                    at,
                )
            }),
        }
    }
}

/// The event as it is stored: what the body says is where a delivery of Close's has it.
fn head(event: Event) -> EventHead {
    EventHead {
        id: event.id,
        kind: event.kind,
        object_type: event.object_type,
        action: event.action,
        time: event.time,
        changed: event.changed,
        source: event.source,
        ids: event.ids,
        data: Part::At("/event/data".to_owned()),
        previous: Part::At("/event/previous_data".to_owned()),
    }
}
