//! The hints that there may be something to claim, that something has ended, or that it has answered.

use std::future;

use tokio::sync::watch;

use crate::changes::Changes;
use crate::seats::Offers;
use crate::watch::Watched;

/// Tells that this process has committed something: executions to claim, the ends of some, or their answers. The table
/// is the truth, this only saves waiting for the next look at it: what other nodes commit is found by looking, but for what is in
/// [`crate::news`].
#[derive(Debug, Clone)]
pub struct WorkSignal(watch::Receiver<()>);

impl WorkSignal {
    /// From now on: what was committed before is no news.
    pub(crate) fn of(commits: &watch::Sender<()>) -> Self {
        Self(commits.subscribe())
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

/// The near ends of the signals.
#[derive(Debug, Clone, Default)]
pub(crate) struct Commits {
    /// Executions that may be claimed.
    pub(crate) started: watch::Sender<()>,
    /// Executions that have ended.
    pub(crate) finished: watch::Sender<()>,
    /// Answers to requests that wait.
    pub(crate) answered: watch::Sender<()>,
    /// Wishes that running executions be cancelled.
    pub(crate) cancels: watch::Sender<()>,
    /// Changes of workflows' schedules.
    pub(crate) schedules: watch::Sender<()>,
    /// Who waits for a single one.
    pub(crate) watched: Watched,
    /// Who listens to what becomes of executions.
    pub(crate) changes: Changes,
    /// Who takes what is written as it comes in.
    pub(crate) offers: Offers,
}
