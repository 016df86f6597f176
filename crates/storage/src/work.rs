//! The hints that there may be something to claim, or that something has ended.

use std::future;

use tokio::sync::watch;

/// Tells that this process has committed something: executions to claim, or the ends of some. The table is the truth,
/// this only saves waiting for the next look at it: what other nodes commit is found by looking.
#[derive(Debug, Clone)]
pub struct WorkSignal(watch::Receiver<()>);

impl WorkSignal {
    pub(crate) const fn new(receiver: watch::Receiver<()>) -> Self {
        Self(receiver)
    }

    /// Returns once there was such a commit since this was last called, or since the signal was made. One that comes
    /// while nobody waits is not lost. Safe to cancel.
    pub async fn wait(&mut self) {
        if self.0.changed().await.is_err() {
            // The store is gone, and with it all work.
            future::pending::<()>().await;
        }
    }
}

/// The writer's ends of both signals.
#[derive(Debug, Default)]
pub(crate) struct Commits {
    /// Executions that may be claimed.
    pub(crate) started: watch::Sender<()>,
    /// Executions that have ended.
    pub(crate) finished: watch::Sender<()>,
}
