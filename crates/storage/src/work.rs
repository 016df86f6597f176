//! The hint that there may be something to claim.

use std::future;

use tokio::sync::watch;

/// Tells a node that its own process has committed executions. The table is the truth, this only saves waiting for
/// the next look at it: what other nodes commit is found by looking.
#[derive(Debug, Clone)]
pub struct WorkSignal(watch::Receiver<()>);

impl WorkSignal {
    pub(crate) const fn new(receiver: watch::Receiver<()>) -> Self {
        Self(receiver)
    }

    /// Returns once executions were committed since this was last called, or since the signal was made. One that
    /// comes while nobody waits is not lost. Safe to cancel.
    pub async fn wait(&mut self) {
        if self.0.changed().await.is_err() {
            // The store is gone, and with it all work.
            future::pending::<()>().await;
        }
    }
}
