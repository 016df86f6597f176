//! Waiting for one execution: to end, or to answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bellhop_workflow::ids::ExecutionId;
use tokio::sync::watch;
use uuid::Uuid;

use crate::dialect::Dialect;
use crate::store::Store;

/// How often to look where other nodes write, too: nobody tells of what they commit.
const LOOK_AT_OTHERS: Duration = Duration::from_millis(250);

/// How often to look where everything is written here: never, but for what somebody changes by hand.
const LOOK: Duration = Duration::from_secs(5);

/// Who waits for which execution of this process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watched(Arc<Mutex<HashMap<Uuid, watch::Sender<()>>>>);

/// Tells when it is time to look at an execution again: it has ended or answered, or may have on another node.
#[derive(Debug)]
pub struct ExecutionWatch {
    watched: Watched,
    execution: Uuid,
    news: watch::Receiver<()>,
    look: Duration,
}

impl Watched {
    /// Wakes whoever waits for one of these.
    pub(crate) fn tell(&self, executions: impl Iterator<Item = Uuid>) {
        let watched = self.lock();
        if watched.is_empty() {
            return;
        }
        for execution in executions {
            if let Some(news) = watched.get(&execution) {
                news.send_replace(());
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, watch::Sender<()>>> {
        // The map is whole after any panic: each change to it is one call.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// Watches an execution from now on. What it ends or answers after this is not missed.
    #[must_use]
    pub fn watch_execution(&self, id: ExecutionId) -> ExecutionWatch {
        let watched = self.commits().watched.clone();
        let execution = id.as_uuid();
        let news = watched.lock().entry(execution).or_default().subscribe();
        let look = match self.dialect() {
            Dialect::Sqlite => LOOK,
            Dialect::Postgres => LOOK_AT_OTHERS,
        };
        ExecutionWatch { watched, execution, news, look }
    }
}

impl ExecutionWatch {
    /// Returns when it is time to look. Safe to cancel.
    pub async fn wait(&mut self) {
        // That nobody told, or nobody is left who could, means to look.
        drop(tokio::time::timeout(self.look, self.news.changed()).await);
    }
}

impl Drop for ExecutionWatch {
    fn drop(&mut self) {
        let mut watched = self.watched.lock();
        // This one is counted still.
        if watched.get(&self.execution).is_some_and(|news| news.receiver_count() <= 1) {
            watched.remove(&self.execution);
        }
    }
}
