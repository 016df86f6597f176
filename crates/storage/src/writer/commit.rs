//! One transaction for a whole batch.

use super::batch::Batch;
use super::blocks::Blocks;
use super::entries::Verdict;
use super::{IntakeRow, entries, firings, gates, intake, records};
use crate::claim::{self, Taken};
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
    pub(super) claimed: Vec<Taken>,
    pub(super) fired: Vec<bool>,
    /// Whether something that was there before is due now, or at another instant.
    pub(super) woken: bool,
}

pub(super) async fn commit(pool: &Pool, blocks: &mut Blocks, batch: &Batch) -> Result<Written, StoreError> {
    let mut open = transaction::begin(pool).await?;
    let firings: Vec<_> = batch.firings.iter().map(|job| &*job.work).collect();
    let fired = firings::advance(&mut open, &firings).await?;
    let mut intakes: Vec<&IntakeRow> = batch.intakes.iter().map(|job| &*job.work).collect();
    let by_schedules = firings.iter().zip(&fired).filter(|(_, fired)| **fired);
    intakes.extend(by_schedules.flat_map(|(firing, _)| &firing.executions));
    let mut journal = Vec::new();
    let (mut recorded, gated) = intake::write(&mut open, blocks, &intakes, &mut journal).await?;
    // Whoever fires a schedule is told of the schedule.
    recorded.truncate(batch.intakes.len());
    let entries: Vec<_> = batch.entries.iter().map(|job| &*job.work).collect();
    let mut outcome = entries::write(&mut open, &entries, &mut journal).await?;
    records::append(&mut open, &journal).await?;
    outcome.freed.extend(gated);
    let admitted = gates::admit(&mut open, &outcome.freed).await?;
    // Last, so that what has just been recorded can be claimed with the same commit.
    let mut claimed = Vec::with_capacity(batch.claims.len());
    for job in &batch.claims {
        claimed.push(match &mut open {
            Either::Sqlite(transaction) => claim::sqlite::claim(transaction, &job.work).await?,
            // There a node claims beside the writer.
            Either::Postgres(_) => Taken::default(),
        });
    }
    transaction::commit(open).await?;
    let woken = outcome.woken || admitted;
    Ok(Written { recorded, verdicts: outcome.verdicts, claimed, fired, woken })
}
