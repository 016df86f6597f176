//! Whether the database takes what it is given, and the two lines in the log about it: one as it stops, one as it goes
//! on. In between, hundreds may run into the same fault every second, and none of them tells of it again.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::meters::StoreMeters;
use crate::outage::{Fault, Outage};

/// How long writes have to succeed before an outage counts as over: on a disk that is all but full, small ones succeed
/// between large ones that do not.
const CALM: Duration = Duration::from_secs(2);

/// How often to try while it lasts and nobody else does: somebody may wait for `/readyz` before sending anything.
const PACE: Duration = Duration::from_millis(500);

/// How one database is. Clones tell of the same one.
#[derive(Debug, Clone)]
pub(crate) struct Health {
    dialect: Dialect,
    trouble: watch::Sender<Option<Trouble>>,
    meters: StoreMeters,
    written: Arc<Written>,
}

/// When something was last written.
#[derive(Debug)]
struct Written {
    began: Instant,
    /// In milliseconds since then; 0 where nothing was.
    last: AtomicU64,
}

#[derive(Debug)]
struct Trouble {
    /// What was run into last.
    outage: Outage,
    since: Instant,
    /// What the log was told of, each once.
    told: Vec<Fault>,
    /// When something was written again, where nothing has failed since.
    calm_since: Option<Instant>,
}

impl Health {
    pub(crate) fn of(dialect: Dialect, meters: StoreMeters) -> Self {
        let written = Arc::new(Written { began: Instant::now(), last: AtomicU64::default() });
        Self { dialect, trouble: watch::Sender::default(), meters, written }
    }

    /// Notes that something was not done, and gives the error to answer with.
    pub(crate) fn failed(&self, error: StoreError) -> StoreError {
        let outage = Outage::of(&error, self.dialect);
        self.meters.failed(outage.as_ref().map(|outage| outage.fault));
        let Some(outage) = outage else { return error };
        self.meters.outage.set(1);
        self.trouble.send_modify(|trouble| {
            let before = trouble.take();
            let since = before.as_ref().map_or_else(Instant::now, |before| before.since);
            let mut told = before.map_or_else(Vec::new, |before| before.told);
            if !told.contains(&outage.fault) {
                told.push(outage.fault);
                tell(&outage);
            }
            *trouble = Some(Trouble { outage: outage.clone(), since, told, calm_since: None });
        });
        StoreError::Unavailable(outage)
    }

    /// Notes that something was not read by whoever looks again and again. Where others can be read and written, it is not
    /// the database that is away.
    pub(crate) fn unread(&self, error: sqlx::Error) -> StoreError {
        let error = error.into();
        match Outage::of(&error, self.dialect) {
            Some(outage) if matches!(outage.fault, Fault::Unreachable | Fault::Locked) => self.failed(error),
            _ => error,
        }
    }

    /// Notes that something was written.
    pub(crate) fn wrote(&self) {
        self.written.last.store(self.written.now(), Ordering::Relaxed);
        if self.trouble.borrow().is_none() {
            return;
        }
        self.trouble.send_modify(|state| {
            let Some(trouble) = state else { return };
            let now = Instant::now();
            let calm_since = *trouble.calm_since.get_or_insert(now);
            if now.duration_since(calm_since) >= CALM {
                let seconds = calm_since.duration_since(trouble.since).as_secs_f64();
                tracing::info!(seconds, "the database takes writes again");
                self.meters.outage.set(0);
                *state = None;
            }
        });
    }

    /// What keeps it from taking anything, where something does.
    pub(crate) fn outage(&self) -> Option<Outage> {
        self.trouble.borrow().as_ref().map(|trouble| trouble.outage.clone())
    }

    /// Whether something was written not longer ago than that.
    pub(crate) fn has_written_within(&self, time: Duration) -> bool {
        let last = self.written.last.load(Ordering::Relaxed);
        last > 0 && Duration::from_millis(self.written.now().saturating_sub(last)) <= time
    }

    /// Returns when it is time to try whether it takes something again; never while it is well. Safe to cancel.
    pub(crate) async fn time_to_try(&self) {
        // That nobody can tell of trouble any more does not happen: this is one who can.
        drop(self.trouble.subscribe().wait_for(Option::is_some).await);
        tokio::time::sleep(PACE).await;
    }
}

impl Written {
    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).map_or(u64::MAX, |now| now.max(1))
    }
}

fn tell(outage: &Outage) {
    let (error, fault) = (&*outage.source as &dyn Error, outage.fault);
    let mend = fault.mend();
    tracing::error!(
        error,
        mend,
        "the database takes nothing, {fault}: deliveries are answered 503, and executions wait"
    );
}
