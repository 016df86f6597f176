//! Keeping other nodes of a shared database away from what this one works on.
//!
//! A hold is a row with an end. While the work lasts it is taken again and again; where the node dies, it ends by itself.
//! On SQLite there is one process, and the locks in its memory are enough.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bellhop_storage::{Dialect, NodeId, Store, StoreError};
use bellhop_workflow::time::Clock;
use tokio::sync::Mutex;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

/// How long others wait for a node that has died.
const LEASE: Duration = Duration::from_mins(1);

/// How often it is taken again: two may fail before anybody else gets it.
const RENEWAL: Duration = Duration::from_secs(15);

/// What this node alone works on while it lives.
pub(super) struct Hold {
    _let_go: Option<DropGuard>,
}

/// Who takes holds.
pub(super) struct Holds {
    store: Store,
    clock: Arc<dyn Clock>,
    node: NodeId,
    /// Those that keep holds, and let go of them.
    keepers: TaskTracker,
    latest: Latest,
}

/// Which of this node's holds of a name is the last that was taken. What is dropped is let go of a moment later, and by
/// then this node may hold it again: that one must not be let go of. Locked while the database is told.
type Latest = Arc<Mutex<Numbers>>;

#[derive(Default)]
struct Numbers {
    /// How many were taken.
    taken: u64,
    /// The last of each name.
    last: HashMap<String, u64>,
}

impl Holds {
    pub(super) fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        let node = NodeId::generate(clock.now());
        Self { store, clock, node, keepers: TaskTracker::new(), latest: Latest::default() }
    }

    /// Takes hold of what `name` stands for; none where another node has it.
    pub(super) async fn try_take(&self, name: &str) -> Result<Option<Hold>, StoreError> {
        if self.store.dialect() == Dialect::Sqlite {
            return Ok(Some(Hold { _let_go: None }));
        }
        let mut latest = self.latest.lock().await;
        latest.taken += 1;
        let number = latest.taken;
        let keeper = Keeper {
            store: self.store.clone(),
            clock: Arc::clone(&self.clock),
            node: self.node,
            name: name.to_owned(),
            number,
            latest: Arc::clone(&self.latest),
        };
        if !keeper.take().await? {
            return Ok(None);
        }
        latest.last.insert(name.to_owned(), number);
        let done = CancellationToken::new();
        self.keepers.spawn(keeper.keep(done.clone()));
        Ok(Some(Hold { _let_go: Some(done.drop_guard()) }))
    }

    /// Waits until all that was held is let go of. What is dropped is let go of a moment later.
    pub(super) async fn drain(&self) {
        self.keepers.close();
        self.keepers.wait().await;
    }
}

struct Keeper {
    store: Store,
    clock: Arc<dyn Clock>,
    node: NodeId,
    name: String,
    number: u64,
    latest: Latest,
}

impl Keeper {
    async fn take(&self) -> Result<bool, StoreError> {
        let now = self.clock.now();
        self.store.take_hold(&self.name, self.node, now, now.plus(LEASE)).await
    }

    async fn keep(self, done: CancellationToken) {
        loop {
            tokio::select! {
                () = done.cancelled() => break,
                () = tokio::time::sleep(RENEWAL) => {}
            }
            match self.take().await {
                Ok(true) => {}
                Ok(false) => {
                    tracing::error!(name = self.name, "another node has taken over what this one works on");
                }
                Err(error) => {
                    let error: &dyn std::error::Error = &error;
                    tracing::warn!(name = self.name, error, "a hold was not renewed, will try again");
                }
            }
        }
        let mut latest = self.latest.lock().await;
        if latest.last.get(&self.name) != Some(&self.number) {
            return;
        }
        latest.last.remove(&self.name);
        if let Err(error) = self.store.let_go(&self.name, self.node).await {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(name = self.name, error, "a hold ends only with its time");
        }
    }
}
