//! One lock for each workflow, made when it is wanted and forgotten when nobody holds it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bellhop_workflow::ids::WorkflowId;
use tokio::sync::OwnedMutexGuard;

type Lock = Arc<tokio::sync::Mutex<()>>;

/// The locks of all workflows.
#[derive(Debug, Default)]
pub(super) struct WorkflowLocks(Mutex<HashMap<WorkflowId, Lock>>);

impl WorkflowLocks {
    /// Waits until nobody else works on that workflow. The lock is held until the guard is dropped.
    pub(super) async fn lock(&self, id: WorkflowId) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // A count of one is the map's own: nobody holds it or waits for it.
            locks.retain(|_, lock| Arc::strong_count(lock) > 1);
            Arc::clone(locks.entry(id).or_default())
        };
        lock.lock_owned().await
    }
}
