//! Deleting what a filter finds, sooner than its time.

use bellhop_workflow::ids::ExecutionId;

use super::ExecutionFilter;
use crate::error::StoreError;
use crate::retention;
use crate::store::Store;
use crate::transaction;

/// How many transactions one call makes, so that it ends within a moment.
const BATCHES: usize = 64;

/// How many executions each deletes, so that a delivery that comes meanwhile hardly waits for it.
const BATCH: usize = 32;

/// What a call has deleted, and whether that was all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pruned {
    /// So many executions.
    pub deleted: u64,
    /// What is older than this was not looked at yet. None at the end.
    pub rest: Option<ExecutionId>,
}

impl Store {
    /// Deletes executions that have ended and to which all of the filter applies, the newest first, those older than
    /// `after`: with their journals, and with the deliveries that they came from. A bounded number of them; the next
    /// call goes on from [`Pruned::rest`].
    pub async fn prune(
        &self,
        filter: &ExecutionFilter,
        mut after: Option<ExecutionId>,
    ) -> Result<Pruned, StoreError> {
        let mut deleted = 0;
        for _ in 0..BATCHES {
            let found = self.ended(filter, after, BATCH).await?;
            if !found.is_empty() {
                let ids: Vec<_> = found.iter().map(|id| id.as_uuid()).collect();
                let mut open = transaction::begin(&self.pools().write).await?;
                deleted += retention::delete(&mut open, &ids).await?.executions;
                transaction::commit(open).await?;
            }
            let full = found.len() == BATCH;
            after = if full { found.last().copied() } else { found.rest };
            if after.is_none() {
                break;
            }
        }
        Ok(Pruned { deleted, rest: after })
    }
}
