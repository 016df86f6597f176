//! The tokens that were used here, in memory: a request costs a hash and a look, and no query.
//!
//! What another node revokes is forgotten with the next [`TokenTable::refresh`]; what it gives out is found at once, because
//! a token that is not in memory is looked for in the database. When a token was last used is written in bulk.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use bellhop_storage::{Dialect, Outage, Store, StoreError, TokenDigest, TokenRow};
use bellhop_workflow::ids::TokenId;
use bellhop_workflow::time::Timestamp;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

/// How long a token that another node has revoked may go on working here.
const PACE: Duration = Duration::from_secs(2);

/// After how many turns it is written down when tokens were used: twice a minute.
const TURNS: u32 = 15;

/// A token that works, and when it was last used.
#[derive(Debug)]
pub(crate) struct Known {
    row: TokenRow,
    /// In microseconds.
    used: AtomicI64,
    /// As far as it is written down.
    written: AtomicI64,
}

impl Known {
    fn new(row: TokenRow) -> Self {
        let used = row.last_used_at.map_or(i64::MIN, Timestamp::as_micros);
        Self { row, used: AtomicI64::new(used), written: AtomicI64::new(used) }
    }

    /// What it is and what it may do.
    pub(super) const fn row(&self) -> &TokenRow {
        &self.row
    }

    pub(super) fn used_at(&self, now: Timestamp) {
        self.used.fetch_max(now.as_micros(), Ordering::Relaxed);
    }
}

type Tokens = HashMap<TokenDigest, Arc<Known>>;

/// The tokens that were used here.
#[derive(Debug)]
pub(crate) struct TokenTable {
    store: Store,
    known: ArcSwap<Tokens>,
    /// Held while the database is read and the map replaced, so that an older reading never replaces a newer one. Wrong
    /// tokens keep one connection busy at most.
    changing: Mutex<()>,
}

impl TokenTable {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, known: ArcSwap::default(), changing: Mutex::new(()) }
    }

    /// The token, where it is in memory.
    // Whoever measures how long this takes learns about digests, and no token can be made to fit one.
    pub(super) fn in_memory(&self, digest: &TokenDigest) -> Option<Arc<Known>> {
        self.known.load().get(digest).cloned()
    }

    /// The token, unless it is revoked; it may have expired.
    pub(super) async fn find(&self, digest: &TokenDigest) -> Result<Option<Arc<Known>>, StoreError> {
        if let Some(known) = self.in_memory(digest) {
            return Ok(Some(known));
        }
        let _changing = self.changing.lock().await;
        if let Some(known) = self.in_memory(digest) {
            return Ok(Some(known));
        }
        let Some(row) = self.store.live_token(digest).await? else { return Ok(None) };
        let known = Arc::new(Known::new(row));
        let mut tokens = Tokens::clone(&self.known.load());
        tokens.insert(*digest, Arc::clone(&known));
        self.known.store(Arc::new(tokens));
        Ok(Some(known))
    }

    /// Forgets a token whose end is committed.
    pub(crate) async fn forget(&self, id: TokenId) {
        let _changing = self.changing.lock().await;
        let mut tokens = Tokens::clone(&self.known.load());
        tokens.retain(|_, known| known.row.id != id);
        self.known.store(Arc::new(tokens));
    }

    /// Forgets what another node has revoked.
    async fn refresh(&self) -> Result<(), StoreError> {
        if self.known.load().is_empty() {
            return Ok(());
        }
        let _changing = self.changing.lock().await;
        let live: HashMap<TokenDigest, TokenRow> = self.store.live_tokens().await?.into_iter().collect();
        let mut tokens = Tokens::clone(&self.known.load());
        tokens.retain(|digest, _| live.contains_key(digest));
        self.known.store(Arc::new(tokens));
        Ok(())
    }

    /// Writes down when tokens were used.
    pub(crate) async fn flush(&self) -> Result<(), StoreError> {
        let known = self.known.load_full();
        let used = known.values().filter_map(|known| {
            let used = known.used.load(Ordering::Relaxed);
            (used > known.written.load(Ordering::Relaxed)).then_some((known, used))
        });
        let used: Vec<_> = used.collect();
        if used.is_empty() {
            return Ok(());
        }
        let times: Vec<_> =
            used.iter().map(|(known, used)| (known.row.id, Timestamp::from_micros(*used))).collect();
        self.store.record_token_uses(&times).await?;
        for (known, used) in used {
            known.written.fetch_max(used, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Does both again and again until it is stopped.
    pub(crate) async fn run(&self, stop: CancellationToken) {
        let mut pace = tokio::time::interval(PACE);
        pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        for turn in 1_u32.. {
            tokio::select! {
                _ = pace.tick() => {}
                () = stop.cancelled() => return,
            }
            // A file has one process.
            if self.store.dialect() == Dialect::Postgres {
                tell("revoked tokens not looked for, will try again", self.refresh().await);
            }
            if turn.is_multiple_of(TURNS) {
                self.flush_or_tell().await;
            }
        }
    }

    /// Writes down when tokens were used; where that fails, the log of the process says so.
    pub(crate) async fn flush_or_tell(&self) {
        tell("the last use of tokens not written down, will try again", self.flush().await);
    }
}

fn tell(what: &str, done: Result<(), StoreError>) {
    if let Err(error) = done {
        let error = &error as &dyn std::error::Error;
        if Outage::is_behind(error) {
            tracing::debug!(error, "{what}");
        } else {
            tracing::warn!(error, "{what}");
        }
    }
}
