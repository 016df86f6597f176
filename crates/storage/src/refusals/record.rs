//! Writing down what was refused: the sample, and how many more there were.

use bellhop_workflow::ids::{HookId, RefusalId, WorkflowId};

use super::NewRefusals;
use crate::deliveries::NewDelivery;
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::executions::Intake;
use crate::store::Store;
use crate::text::key;
use crate::transaction::{self, Open};
use crate::writer::{self, IntakeRow};

/// An hour, in the database's microseconds.
const HOUR: i64 = 3_600_000_000;

const COUNT: &str = "
    INSERT INTO refusals (id, hook_id, reason, hour, workflow_id, requests, bytes, first_at, last_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (hook_id, reason, hour) DO UPDATE SET
        workflow_id = excluded.workflow_id,
        requests = refusals.requests + excluded.requests,
        bytes = refusals.bytes + excluded.bytes,
        first_at = CASE WHEN excluded.first_at < refusals.first_at THEN excluded.first_at ELSE refusals.first_at END,
        last_at = CASE WHEN excluded.last_at > refusals.last_at THEN excluded.last_at ELSE refusals.last_at END";

impl Store {
    /// Writes refused deliveries as rows of the log, and adds the rest to their counts, all in one commit. `sample` has
    /// no bodies.
    pub async fn record_refusals(
        &self,
        sample: Vec<NewDelivery>,
        counted: &[NewRefusals],
    ) -> Result<(), StoreError> {
        let prepare = |delivery| {
            IntakeRow::prepare(&Intake { parsed: None, delivery: Some(delivery), execution: None })
        };
        let rows = sample.into_iter().map(prepare).collect::<Result<Vec<_>, _>>()?;
        // In an order that all nodes agree on: two that wait for each other's rows would otherwise wait for ever.
        let mut counted: Vec<&NewRefusals> = counted.iter().collect();
        counted.sort_by_key(|refusals| (&refusals.hook_id, &refusals.reason, refusals.first_at));
        let mut open = transaction::begin(&self.pools().write).await?;
        writer::log(&mut open, &rows).await?;
        for refusals in counted {
            count(&mut open, refusals).await?;
        }
        transaction::commit(open).await
    }
}

async fn count(open: &mut Open, refusals: &NewRefusals) -> Result<(), StoreError> {
    let first_at = refusals.first_at.as_micros();
    on_either!(open, |transaction| {
        sqlx::query(COUNT)
            .bind(RefusalId::generate(refusals.first_at).as_uuid())
            .bind(key(refusals.hook_id.as_ref().map_or("", HookId::as_str)))
            .bind(key(&refusals.reason))
            .bind(first_at - first_at.rem_euclid(HOUR))
            .bind(refusals.workflow_id.map(WorkflowId::as_uuid))
            .bind(i64::try_from(refusals.requests).unwrap_or(i64::MAX))
            .bind(i64::try_from(refusals.bytes).unwrap_or(i64::MAX))
            .bind(first_at)
            .bind(refusals.last_at.as_micros())
            .execute(&mut **transaction)
            .await?;
    });
    Ok(())
}
