//! A script on a thread of this process. A loop of the engine itself that nothing can stop keeps its thread, its
//! memory and its place until it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;

use super::engine;
use super::job::{Job, Report};
use super::lost::Lost;

/// Runs the job, and waits for it that long.
pub(super) async fn run(job: Job, place: OwnedSemaphorePermit, patience: Duration) -> Result<Report, Lost> {
    let cancelled = Cancelled::default();
    let seen = Arc::clone(&cancelled.0);
    let running = tokio::task::spawn_blocking(move || {
        let report = engine::run(&job, seen);
        drop(place);
        report
    });
    match tokio::time::timeout(patience, running).await {
        Ok(ended) => ended.map_err(|_| Lost::Thread),
        Err(_) => Ok(Report::overdue()),
    }
}

/// Tells the script, when it goes, that nobody waits any more.
#[derive(Default)]
struct Cancelled(Arc<AtomicBool>);

impl Drop for Cancelled {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
