//! What runs on this node, and the leases that it runs under.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use bellhop_storage::{HeldLease, Slot};
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::time::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{Executor, tell};

/// The near ends of what ends a run early.
#[derive(Clone)]
pub(super) struct Running {
    /// Drops it where it stands.
    pub(super) abort: CancellationToken,
    /// Why it is to end as cancelled, once somebody has asked for that.
    pub(super) cancel: watch::Sender<Option<String>>,
    /// Whether it was claimed again before the run was over.
    pub(super) claimed_again: Arc<AtomicBool>,
    /// From when on its lease is renewed. Before that it is its own anyway, and what is born running may not even be
    /// written down yet.
    pub(super) renewed_from: Timestamp,
}

/// What an execution takes up here as it runs. Given back however the run ends, also by a panic.
pub(super) struct Place {
    pub(super) executor: Arc<Executor>,
    pub(super) id: ExecutionId,
    _slot: Slot,
}

impl Place {
    pub(super) fn new(executor: Arc<Executor>, id: ExecutionId, slot: Slot) -> Self {
        Self { executor, id, _slot: slot }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.executor.running().remove(&self.id);
        self.executor.meters.running.down();
    }
}

impl Executor {
    /// Renews the leases of what runs, for ever. An execution whose lease was lost is dropped: another node has it. One
    /// that is to be cancelled is told; where this process has asked for that, at once.
    pub(super) async fn keep_leases(&self) {
        let mut ticks = tokio::time::interval(self.renewal());
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut cancels = self.parts.store.cancels();
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = cancels.wait() => {}
            }
            let running = self.running().clone();
            if running.is_empty() {
                continue;
            }
            let ids: Vec<ExecutionId> = running.keys().copied().collect();
            let until = self.parts.clock.now().plus(self.parts.lease);
            match self.parts.store.renew_leases(self.parts.node, &ids, until).await {
                Ok(held) => drop_lost(running, held, self.parts.clock.now()),
                Err(error) => {
                    tell(&error, "leases not renewed, will try again");
                }
            }
        }
    }

    /// How often leases are renewed: one that could not be renewed once is not lost yet.
    pub(super) fn renewal(&self) -> Duration {
        self.parts.lease / 3
    }

    pub(super) fn running(&self) -> MutexGuard<'_, HashMap<ExecutionId, Running>> {
        // The map is whole after any panic: each change to it is one call.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Drops the runs that were under way when their leases were asked for and found lost. One that has just ended is
/// among them, and minds it no more; one that was begun since is not. Tells those that are held and to be cancelled.
fn drop_lost(mut asked: HashMap<ExecutionId, Running>, held: Vec<HeldLease>, now: Timestamp) {
    for lease in held {
        if let (Some(running), Some(reason)) = (asked.remove(&lease.execution), lease.cancel) {
            running.cancel.send_replace(Some(reason));
        }
    }
    for lost in asked.values().filter(|run| run.renewed_from <= now) {
        lost.abort.cancel();
    }
}
