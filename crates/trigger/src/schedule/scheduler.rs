//! Waits for the next schedule, and fires all that are due.

use std::sync::Arc;
use std::time::Duration;

use bellhop_storage::{ConcealError, DueSchedule, Outage, Store, StoreError};
use bellhop_vault::MasterKey;
use bellhop_workflow::time::{Clock, Timestamp};
use tokio_util::sync::CancellationToken;

use super::definitions::Definitions;
use super::fire::firing;

/// How many schedules are read at once.
const BATCH: u32 = 256;

/// The longest wait. What other nodes change in a database that is shared is found by looking.
const PACE: Duration = Duration::from_secs(2);

/// How long to wait after the database did not answer.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);

/// Why a schedule that is due did not fire. It stays due.
#[derive(Debug, thiserror::Error)]
pub enum FireError {
    /// The database failed.
    #[error("the database did not answer")]
    Store(#[from] StoreError),
    /// What its workflow masks must not be stored as it is.
    #[error(transparent)]
    Conceal(#[from] ConcealError),
}

/// Fires the schedules of active workflows. Each node of a shared database may have one: each time fires once.
pub struct Scheduler {
    store: Store,
    key: MasterKey,
    clock: Arc<dyn Clock>,
    definitions: Definitions,
}

impl Scheduler {
    /// A scheduler that fires nothing yet. `key` seals what workflows mask.
    #[must_use]
    pub fn new(store: Store, key: MasterKey, clock: Arc<dyn Clock>) -> Self {
        Self { store, key, clock, definitions: Definitions::default() }
    }

    /// Fires what falls due until `stop` is cancelled.
    pub async fn run(self, stop: CancellationToken) {
        let mut changed = self.store.schedules_changed();
        while !stop.is_cancelled() {
            let pause = match self.fire_due().await {
                Ok(next) => next.map_or(PACE, |next| next.since(self.clock.now()).min(PACE)),
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    if Outage::is_behind(error) {
                        tracing::debug!(error, "schedules not fired, will try again");
                    } else {
                        tracing::error!(error, "schedules not fired, will try again");
                    }
                    PAUSE_AFTER_ERROR
                }
            };
            tokio::select! {
                () = changed.wait() => {}
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Fires all that is due by now, and says when the next schedule is; none where there is none. Where one fails,
    /// what was fired already stays fired, and the rest stays due.
    pub async fn fire_due(&self) -> Result<Option<Timestamp>, FireError> {
        loop {
            let now = self.clock.now();
            let due = self.store.due_schedules(now, BATCH).await?;
            if due.is_empty() {
                return Ok(self.store.next_schedule().await?);
            }
            self.fire_all(&due, now).await?;
        }
    }

    /// Hands all of them to the writer before waiting for any, so that they share commits.
    async fn fire_all(&self, due: &[DueSchedule], now: Timestamp) -> Result<(), FireError> {
        let mut answers = tokio::task::JoinSet::new();
        for due in due {
            let schedule = &due.schedule;
            let scheduled = self
                .definitions
                .get(&self.store, schedule.workflow_id, due.version, &schedule.trigger_id)
                .await?;
            if let Some(firing) = firing(due, scheduled.as_deref(), &self.key, now)? {
                let store = self.store.clone();
                answers.spawn(async move { store.fire(firing).await });
            }
        }
        let mut outcome = Ok(());
        while let Some(answer) = answers.join_next().await {
            // False is no failure: another node was first, or the workflow has changed, and the next look shows that.
            if let Ok(Err(error)) = answer {
                outcome = Err(error.into());
            }
        }
        outcome
    }
}
