//! Which executions change, for whoever listens.
//!
//! Whoever commits tells which executions it was about; what has become of them is read from the table. Where nobody
//! listens, that costs one look at a counter for a whole commit.

mod standing;

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bellhop_workflow::ids::ExecutionId;
use tokio::sync::Notify;
use uuid::Uuid;

pub use self::standing::{ExecutionStanding, JournalEntry};
use crate::dialect::Dialect;
use crate::store::Store;

/// How many executions may have changed that a listener has not asked for yet.
const MOST_WAITING: usize = 16_384;

/// How often to look where other nodes write, too: nobody tells of what they commit.
const LOOK_AT_OTHERS: Duration = Duration::from_secs(1);

/// Who listens.
#[derive(Debug, Clone, Default)]
pub(crate) struct Changes(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// How many there are, to be asked without the lock.
    count: AtomicUsize,
    listeners: Mutex<Vec<Arc<Listener>>>,
}

#[derive(Debug)]
struct Listener {
    /// The only one that it wants to hear of; all where none.
    only: Option<Uuid>,
    waiting: Mutex<Waiting>,
    woken: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    changed: HashSet<Uuid>,
    is_behind: bool,
}

/// Hears of executions as they change. What is committed once it is made is not missed.
#[derive(Debug)]
pub struct ChangeFeed {
    changes: Changes,
    listener: Arc<Listener>,
    look: Option<Duration>,
}

/// What a [`ChangeFeed`] hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// This process has committed changes of these. Several changes of one are told once.
    Changed(Vec<ExecutionId>),
    /// Other nodes may have: it is time to look.
    Look,
    /// More has changed than is kept for one who does not ask; the feed has lost some of it.
    Behind,
}

impl Changes {
    /// Tells of executions that a commit has changed. `executions` is asked only where somebody listens.
    pub(crate) fn tell<I: IntoIterator<Item = Uuid>>(&self, executions: impl FnOnce() -> I) {
        if self.0.count.load(Ordering::SeqCst) == 0 {
            return;
        }
        let changed: Vec<Uuid> = executions().into_iter().collect();
        for listener in lock(&self.0.listeners).iter() {
            listener.hear(&changed);
        }
    }

    fn listen(&self, only: Option<Uuid>) -> Arc<Listener> {
        let listener = Arc::new(Listener { only, waiting: Mutex::default(), woken: Notify::new() });
        let mut listeners = lock(&self.0.listeners);
        listeners.push(Arc::clone(&listener));
        self.0.count.store(listeners.len(), Ordering::SeqCst);
        listener
    }

    fn forget(&self, listener: &Arc<Listener>) {
        let mut listeners = lock(&self.0.listeners);
        listeners.retain(|known| !Arc::ptr_eq(known, listener));
        self.0.count.store(listeners.len(), Ordering::SeqCst);
    }
}

impl Listener {
    fn hear(&self, changed: &[Uuid]) {
        let mut waiting = lock(&self.waiting);
        let before = waiting.changed.len();
        waiting.changed.extend(changed.iter().filter(|id| self.only.is_none_or(|only| only == **id)));
        if waiting.changed.len() > MOST_WAITING {
            waiting.changed = HashSet::new();
            waiting.is_behind = true;
        }
        if waiting.changed.len() != before {
            self.woken.notify_one();
        }
    }

    fn take(&self) -> Option<News> {
        let mut waiting = lock(&self.waiting);
        if waiting.is_behind {
            return Some(News::Behind);
        }
        let changed = std::mem::take(&mut waiting.changed);
        drop(waiting);
        (!changed.is_empty()).then(|| {
            let mut changed: Vec<_> = changed.into_iter().map(ExecutionId::from_uuid).collect();
            changed.sort_unstable();
            News::Changed(changed)
        })
    }
}

impl ChangeFeed {
    /// What has changed since this was last called; waits until something has. Safe to cancel.
    pub async fn next(&mut self) -> News {
        let heard = async {
            loop {
                if let Some(news) = self.listener.take() {
                    return news;
                }
                self.listener.woken.notified().await;
            }
        };
        match self.look {
            None => heard.await,
            Some(look) => tokio::time::timeout(look, heard).await.unwrap_or(News::Look),
        }
    }

    /// Whether other processes write, too, so that there is something to look for.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        self.look.is_some()
    }
}

impl Drop for ChangeFeed {
    fn drop(&mut self) {
        self.changes.forget(&self.listener);
    }
}

impl Store {
    /// Hears of changes of that execution, or of all, from now on.
    #[must_use]
    pub fn changes(&self, of: Option<ExecutionId>) -> ChangeFeed {
        let changes = self.commits().changes.clone();
        let look = match self.dialect() {
            Dialect::Sqlite => None,
            Dialect::Postgres => Some(LOOK_AT_OTHERS),
        };
        let listener = changes.listen(of.map(ExecutionId::as_uuid));
        ChangeFeed { changes, listener, look }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is in them is whole after any panic: each change is one call.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(changes: &Changes, only: Option<Uuid>) -> ChangeFeed {
        ChangeFeed { changes: changes.clone(), listener: changes.listen(only), look: None }
    }

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    #[tokio::test]
    async fn nobody_is_asked_what_has_changed_while_nobody_listens() {
        let changes = Changes::default();
        let unasked = || -> Vec<Uuid> { panic!("it was asked") };
        changes.tell(unasked);
        drop(feed(&changes, None));
        changes.tell(unasked);
    }

    #[tokio::test]
    async fn changes_of_one_execution_are_told_once() {
        let changes = Changes::default();
        let (mut all, mut one) = (feed(&changes, None), feed(&changes, Some(id(2))));
        changes.tell(|| [id(3), id(1)]);
        changes.tell(|| [id(1), id(2)]);
        let told = |ids: &[u128]| {
            News::Changed(ids.iter().map(|number| ExecutionId::from_uuid(id(*number))).collect())
        };
        assert_eq!(all.next().await, told(&[1, 2, 3]));
        assert_eq!(one.next().await, told(&[2]));
    }

    #[tokio::test]
    async fn one_who_does_not_ask_is_behind_in_the_end_and_holds_nothing() {
        let changes = Changes::default();
        let mut feed = feed(&changes, None);
        changes.tell(|| (0..=MOST_WAITING as u128).map(id));
        assert_eq!(feed.next().await, News::Behind);
        assert!(lock(&feed.listener.waiting).changed.is_empty());
    }
}
