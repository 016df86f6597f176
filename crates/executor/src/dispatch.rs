//! Claims executions as there is room for them, and keeps the leases of those that run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bellhop_storage::ClaimedExecution;
use bellhop_workflow::ids::ExecutionId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::ExecutorParts;
use crate::definitions::Definitions;
use crate::run::run;

/// How many executions one claim takes at most: enough to share its commit, few enough that other nodes get some.
const BATCH: usize = 128;

/// How long to wait after the database did not answer a claim.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);

/// Runs what is queued in the database, on this node.
pub struct Executor {
    parts: ExecutorParts,
    definitions: Definitions,
    slots: Arc<Semaphore>,
    running: Mutex<HashMap<ExecutionId, CancellationToken>>,
}

impl Executor {
    /// An executor that runs nothing yet.
    #[must_use]
    pub fn new(parts: ExecutorParts) -> Arc<Self> {
        Arc::new(Self {
            definitions: Definitions::new(parts.store.clone(), parts.catalogue),
            slots: Arc::new(Semaphore::new(parts.concurrency.max(1))),
            running: Mutex::default(),
            parts,
        })
    }

    /// Claims and runs until `stop` is cancelled, then waits for what is running. Whatever still runs as `abort` is
    /// cancelled is dropped where it stands and goes on from its journal, here after a restart or on another node.
    pub async fn run(self: Arc<Self>, stop: CancellationToken, abort: CancellationToken) {
        let tracker = TaskTracker::new();
        let leases = tokio::spawn(Arc::clone(&self).keep_leases(abort.clone()));
        let mut work = self.parts.store.work_available();
        while !stop.is_cancelled() {
            let Some(room) = self.room(&stop).await else { break };
            let size = room.num_permits();
            let claimed = self.claim(size).await;
            let full = claimed.len() == size;
            self.start_all(claimed, room, &tracker, &abort);
            if full {
                continue;
            }
            let look_again = tokio::time::sleep(self.until_next_due().await);
            tokio::select! {
                () = work.wait() => {}
                () = look_again => {}
                () = stop.cancelled() => {}
            }
        }
        tracker.close();
        tracker.wait().await;
        leases.abort();
    }

    /// Takes the slots that are free, waiting until one is. Slots are taken before the claim, so that nothing is
    /// claimed that could not begin at once.
    async fn room(&self, stop: &CancellationToken) -> Option<OwnedSemaphorePermit> {
        let mut room = tokio::select! {
            permit = Arc::clone(&self.slots).acquire_owned() => permit.ok()?,
            () = stop.cancelled() => return None,
        };
        let more = self.slots.available_permits().min(BATCH - 1);
        if let Ok(more) = u32::try_from(more)
            && let Ok(permits) = Arc::clone(&self.slots).try_acquire_many_owned(more)
        {
            room.merge(permits);
        }
        Some(room)
    }

    /// How long until something falls due that makes no signal: a pause that ends, a lease that another node lets run
    /// out. What other nodes put into the table meanwhile is found by looking, at the pace of the leases.
    async fn until_next_due(&self) -> Duration {
        let look = self.parts.lease / 3;
        match self.parts.store.next_due().await {
            Ok(Some(due)) => due.since(self.parts.clock.now()).min(look),
            Ok(None) => look,
            Err(_) => PAUSE_AFTER_ERROR,
        }
    }

    async fn claim(&self, room: usize) -> Vec<ClaimedExecution> {
        let limit = u32::try_from(room).unwrap_or(u32::MAX);
        let now = self.parts.clock.now();
        match self.parts.store.claim(self.parts.node, limit, now, self.parts.lease).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "executions not claimed, will try again"
                );
                tokio::time::sleep(PAUSE_AFTER_ERROR).await;
                Vec::new()
            }
        }
    }

    /// Starts each execution with a slot of its own; the slots that are left over become free again.
    fn start_all(
        self: &Arc<Self>,
        claimed: Vec<ClaimedExecution>,
        mut room: OwnedSemaphorePermit,
        tracker: &TaskTracker,
        abort: &CancellationToken,
    ) {
        for execution in claimed {
            let slot = room.split(1);
            let token = abort.child_token();
            let id = execution.id;
            self.running().insert(id, token.clone());
            let this = Arc::clone(self);
            tracker.spawn(async move {
                tokio::select! {
                    () = Box::pin(run(&this.parts, &this.definitions, execution)) => {}
                    () = token.cancelled() => {}
                }
                this.running().remove(&id);
                drop(slot);
            });
        }
    }

    /// Renews the leases of what runs. An execution whose lease was lost is dropped: another node has it.
    async fn keep_leases(self: Arc<Self>, abort: CancellationToken) {
        let mut ticks = tokio::time::interval(self.parts.lease / 3);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = abort.cancelled() => return,
            }
            let ids: Vec<ExecutionId> = self.running().keys().copied().collect();
            if ids.is_empty() {
                continue;
            }
            let until = self.parts.clock.now().plus(self.parts.lease);
            match self.parts.store.renew_leases(self.parts.node, &ids, until).await {
                Ok(held) => self.drop_lost(&ids, &held),
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "leases not renewed, will try again"
                    );
                }
            }
        }
    }

    fn drop_lost(&self, asked: &[ExecutionId], held: &[ExecutionId]) {
        let running = self.running();
        for id in asked.iter().filter(|id| !held.contains(id)) {
            if let Some(token) = running.get(id) {
                tracing::warn!(execution = %id, "lease lost, execution dropped");
                token.cancel();
            }
        }
    }

    fn running(&self) -> std::sync::MutexGuard<'_, HashMap<ExecutionId, CancellationToken>> {
        // The map is whole after any panic: each change to it is one call.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
