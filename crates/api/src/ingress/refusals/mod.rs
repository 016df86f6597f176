//! What is written down of refused requests: the first few of a kind as rows of the log, the rest as a number.
//!
//! Whoever forges requests must not fill the disk with them, nor keep genuine deliveries waiting for it. So a refused
//! sender waits for no commit: what is to be written gathers here, is written in bulk every few seconds, before the log
//! is read, and at the end. What was gathered in the last seconds before a crash is lost; genuine deliveries never are.

mod tally;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bellhop_storage::{NewDelivery, Store, StoreError};
use tokio_util::sync::CancellationToken;

use self::tally::Tally;

/// How long a refused request may be missing from the log of another node, or be lost by a crash.
const PACE: Duration = Duration::from_secs(5);

/// What was refused and is not written down yet.
#[derive(Debug)]
pub(crate) struct Refusals {
    store: Store,
    tally: Mutex<Tally>,
    /// Held while something is written, so that whoever reads the log waits for what another reader is writing.
    writing: tokio::sync::Mutex<()>,
}

impl Refusals {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, tally: Mutex::default(), writing: tokio::sync::Mutex::new(()) }
    }

    /// Takes down a delivery that was refused for the reason of that word. Its headers are looked at where they are kept.
    pub(crate) fn note(
        &self,
        mut delivery: NewDelivery,
        reason: &'static str,
        headers: impl FnOnce() -> Vec<(String, String)>,
    ) {
        let tally = || self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        if tally().counts(&delivery, reason) {
            return;
        }
        // Not under the lock, which everybody who is refused takes.
        delivery.headers = headers();
        tally().keep(delivery, reason);
    }

    /// Writes what has gathered. Where that fails, it is all counted, and written another time.
    pub(crate) async fn flush(&self) -> Result<(), StoreError> {
        let _writing = self.writing.lock().await;
        let gathered = self.tally.lock().unwrap_or_else(PoisonError::into_inner).take();
        if gathered.is_empty() {
            return Ok(());
        }
        let written = self.store.record_refusals(gathered.sample.clone(), &gathered.counted()).await;
        if written.is_err() {
            self.tally.lock().unwrap_or_else(PoisonError::into_inner).put_back(gathered);
        }
        written
    }

    /// Writes again and again until it is stopped.
    pub(crate) async fn run(&self, stop: CancellationToken) {
        let mut pace = tokio::time::interval(PACE);
        pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = pace.tick() => {}
                () = stop.cancelled() => return,
            }
            self.flush_or_tell().await;
        }
    }

    /// Writes what has gathered; where that fails, the log of the process says so.
    pub(crate) async fn flush_or_tell(&self) {
        if let Err(error) = self.flush().await {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "refused deliveries not written down, will try again");
        }
    }
}
