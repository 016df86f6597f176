//! The tokens and sessions that were used here.
//!
//! What another node revokes is forgotten with the next [`TokenTable::refresh`]; what it gives out is found at once, because
//! what is not in memory is looked for in the database. When a token was last used is written in bulk.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bellhop_storage::{Dialect, Outage, SessionRow, Store, StoreError, TokenDigest, TokenRow};
use bellhop_workflow::ids::TokenId;
use bellhop_workflow::time::Timestamp;
use tokio_util::sync::CancellationToken;

use super::remembered::Remembered;

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

/// The tokens and sessions that were used here.
#[derive(Debug)]
pub(crate) struct TokenTable {
    store: Store,
    tokens: Remembered<Known>,
    sessions: Remembered<SessionRow>,
}

impl TokenTable {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, tokens: Remembered::default(), sessions: Remembered::default() }
    }

    /// The token, where it is in memory.
    pub(super) fn in_memory(&self, digest: &TokenDigest) -> Option<Arc<Known>> {
        self.tokens.in_memory(digest)
    }

    /// The token, unless it is revoked; it may have expired.
    pub(super) async fn find(&self, digest: &TokenDigest) -> Result<Option<Arc<Known>>, StoreError> {
        let look_up = async || Ok(self.store.live_token(digest).await?.map(Known::new));
        self.tokens.find(digest, look_up, |_| true).await
    }

    /// Forgets a token whose end is committed.
    pub(crate) async fn forget(&self, id: TokenId) {
        self.tokens.forget(|_, known| known.row.id == id).await;
    }

    /// The session, unless it has ended or expired. Its token may have ended.
    pub(super) async fn session(
        &self,
        digest: &TokenDigest,
        now: Timestamp,
    ) -> Result<Option<Arc<SessionRow>>, StoreError> {
        let lives = |session: &SessionRow| now < session.expires_at;
        let look_up = async || self.store.session(digest).await;
        Ok(self.sessions.find(digest, look_up, lives).await?.filter(|session| lives(session)))
    }

    /// Ends a session.
    pub(crate) async fn end_session(&self, digest: &TokenDigest) -> Result<(), StoreError> {
        self.store.end_session(digest).await?;
        self.sessions.forget(|known, _| known == digest).await;
        Ok(())
    }

    /// Forgets what other nodes have ended.
    async fn refresh(&self) -> Result<(), StoreError> {
        let tokens =
            async || Ok(self.store.live_tokens().await?.into_iter().map(|(digest, _)| digest).collect());
        self.tokens.refresh(tokens).await?;
        let sessions = async || Ok(self.store.sessions().await?.into_iter().map(|row| row.digest).collect());
        self.sessions.refresh(sessions).await
    }

    /// Writes down when tokens were used.
    pub(crate) async fn flush(&self) -> Result<(), StoreError> {
        let known = self.tokens.all();
        let used = known.iter().filter_map(|known| {
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
