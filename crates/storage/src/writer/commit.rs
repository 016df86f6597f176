//! One transaction for a whole batch.

use super::batch::Batch;
use super::entries::Verdict;
use super::{entries, gates, intake};
use crate::claim::{self, ClaimedColumns};
use crate::connect::Pool;
use crate::dialect::Either;
use crate::error::StoreError;
use crate::executions::Recorded;
use crate::transaction;

/// The answers, in the order of the batch's jobs.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) recorded: Vec<Recorded>,
    pub(super) verdicts: Vec<Verdict>,
    pub(super) claimed: Vec<Vec<ClaimedColumns>>,
    /// Whether something is due now that was there before.
    pub(super) woken: bool,
}

pub(super) async fn commit(pool: &Pool, batch: &Batch) -> Result<Written, StoreError> {
    let mut open = transaction::begin(pool).await?;
    let intakes: Vec<_> = batch.intakes.iter().map(|job| &*job.work).collect();
    let (recorded, gated) = intake::write(&mut open, &intakes).await?;
    let entries: Vec<_> = batch.entries.iter().map(|job| &*job.work).collect();
    let mut outcome = entries::write(&mut open, &entries).await?;
    outcome.freed.extend(gated);
    let admitted = gates::admit(&mut open, &outcome.freed).await?;
    // Last, so that what has just been recorded can be claimed with the same commit.
    let mut claimed = Vec::with_capacity(batch.claims.len());
    for job in &batch.claims {
        claimed.push(match &mut open {
            Either::Sqlite(transaction) => claim::sqlite::claim(transaction, &job.work).await?,
            // There a node claims beside the writer.
            Either::Postgres(_) => Vec::new(),
        });
    }
    transaction::commit(open).await?;
    Ok(Written { recorded, verdicts: outcome.verdicts, claimed, woken: outcome.woken || admitted })
}
