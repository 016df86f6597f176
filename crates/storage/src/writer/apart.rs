//! A thread of its own for the task that everybody waits for.
//!
//! A commit is a handful of statements, each of which goes to SQLite's thread and comes back. On a busy runtime each of
//! them would come back behind whatever else is ready, and hundreds would wait for that.

use std::sync::Arc;
use std::thread;

use tokio::runtime::Builder;
use tokio_util::task::TaskTracker;

use crate::error::StoreError;

/// Runs it to its end on a thread of its own, tracked.
pub(super) fn spawn(
    run: impl Future<Output = ()> + Send + 'static,
    tracker: &TaskTracker,
) -> Result<(), StoreError> {
    let failed = |error| StoreError::Thread(Arc::new(error));
    let runtime = Builder::new_current_thread().enable_time().build().map_err(failed)?;
    let token = tracker.token();
    let work = move || {
        runtime.block_on(async {
            run.await;
            // The connection goes back to its pool by a task of its own.
            tokio::task::yield_now().await;
        });
        drop(token);
    };
    thread::Builder::new().name("bellhop-writer".to_owned()).spawn(work).map_err(failed)?;
    Ok(())
}
