//! What is recognised by a digest, in memory: a request costs a hash and a look, and no query.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use bellhop_storage::{StoreError, TokenDigest};
use tokio::sync::Mutex;

type Known<T> = HashMap<TokenDigest, Arc<T>>;

/// Those that were asked for here. Reading never waits; each change puts a new map in the place of the old.
#[derive(Debug)]
pub(super) struct Remembered<T> {
    known: ArcSwap<Known<T>>,
    /// Held while the database is read and the map replaced, so that an older reading never replaces a newer one. Whoever
    /// shows what nobody has given out keeps one connection busy at most.
    changing: Mutex<()>,
}

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self { known: ArcSwap::default(), changing: Mutex::new(()) }
    }
}

impl<T> Remembered<T> {
    /// What is recognised by that, where it is in memory.
    // Whoever measures how long this takes learns about digests, and nothing can be made to fit one.
    pub(super) fn in_memory(&self, digest: &TokenDigest) -> Option<Arc<T>> {
        self.known.load().get(digest).cloned()
    }

    /// The same, which `look_up` gives where it is not in memory. With it goes what `keep` does not want any more.
    pub(super) async fn find(
        &self,
        digest: &TokenDigest,
        look_up: impl AsyncFnOnce() -> Result<Option<T>, StoreError>,
        keep: impl Fn(&T) -> bool,
    ) -> Result<Option<Arc<T>>, StoreError> {
        if let Some(known) = self.in_memory(digest) {
            return Ok(Some(known));
        }
        let _changing = self.changing.lock().await;
        if let Some(known) = self.in_memory(digest) {
            return Ok(Some(known));
        }
        let Some(found) = look_up().await? else { return Ok(None) };
        let found = Arc::new(found);
        let mut known = Known::clone(&self.known.load());
        known.retain(|_, one| keep(one));
        known.insert(*digest, Arc::clone(&found));
        self.known.store(Arc::new(known));
        Ok(Some(found))
    }

    /// Forgets what has just ended.
    pub(super) async fn forget(&self, has_ended: impl Fn(&TokenDigest, &T) -> bool) {
        let _changing = self.changing.lock().await;
        self.retain(|digest, one| !has_ended(digest, one));
    }

    /// Forgets what is not among those that `live` gives. Asks nothing where there is nothing to forget.
    pub(super) async fn refresh(
        &self,
        live: impl AsyncFnOnce() -> Result<Vec<TokenDigest>, StoreError>,
    ) -> Result<(), StoreError> {
        if self.known.load().is_empty() {
            return Ok(());
        }
        let _changing = self.changing.lock().await;
        let live: std::collections::HashSet<TokenDigest> = live().await?.into_iter().collect();
        self.retain(|digest, _| live.contains(digest));
        Ok(())
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<Arc<T>> {
        self.known.load().values().cloned().collect()
    }

    fn retain(&self, keep: impl Fn(&TokenDigest, &T) -> bool) {
        let mut known = Known::clone(&self.known.load());
        known.retain(|digest, one| keep(digest, one));
        self.known.store(Arc::new(known));
    }
}
