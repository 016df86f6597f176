//! What is kept, and for how long: finished executions and deliveries go by their age and by their number, in small
//! transactions between which the writer has its turn.
//!
//! Whatever its age, nothing goes that is still needed: an execution that has not ended, the child of a parent that has
//! not, a delivery that an execution of the history came from, a deleted workflow with history.
//!
//! With an execution goes the key that tells duplicates of its event: the same event would start another. What is kept
//! by age therefore has to be longer than vendors go on re-delivering.

mod access;
mod cutoff;
mod delete;
mod deliveries;
mod executions;
mod payloads;
mod refusals;
mod space;
mod workflows;

use std::time::Duration;

use bellhop_workflow::time::Timestamp;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub(crate) use self::delete::delete;
use crate::error::StoreError;
use crate::lock;
use crate::store::Store;
use crate::transaction::{self, Open};

/// How long things are kept. None means for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Executions, from their end, and deliveries, from their arrival.
    pub age: Option<Duration>,
    /// What executions were given, what their steps did and what they gave, from their end. It goes with the execution
    /// at the latest.
    pub payload_age: Option<Duration>,
    /// How many executions, and how many deliveries of each outcome: refused ones never push others out.
    pub rows: Option<u64>,
}

/// How a sweep takes its time, and when it stops early.
#[derive(Debug, Clone)]
pub struct Pace {
    /// How long it rests after each transaction at least: as long as that took, and twice as long where others wait for
    /// the writer.
    pub rest: Duration,
    /// Ends it after the transaction that it is at.
    pub stop: CancellationToken,
}

/// What a sweep has deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// So many executions, with their journals.
    pub executions: u64,
    /// So many deliveries that went on their own.
    pub deliveries: u64,
    /// The payloads of so many executions.
    pub payloads: u64,
    /// So many workflows that had been deleted before.
    pub workflows: u64,
    /// The end of the youngest execution that went because there were too many.
    pub crowded_out: Option<Timestamp>,
}

/// The number of PostgreSQL's advisory lock that a node deletes under.
#[must_use]
pub fn retention_lock() -> i64 {
    lock::number(&[b"retention"])
}

/// One run over the history.
struct Sweep<'a> {
    store: &'a Store,
    keep: Keep,
    now: Timestamp,
    pace: &'a Pace,
    swept: Swept,
    /// How many rows the next transaction is about.
    size: usize,
    /// When the present transaction began.
    begun: Instant,
}

/// How long a transaction shall take at most: that long may a delivery wait for it.
const TURN: Duration = Duration::from_millis(10);

/// How many rows a transaction is about at least, and at most.
const SIZES: (usize, usize) = (8, 128);

/// Why a sweep is at its end before it has seen everything.
enum Interrupted {
    /// It was asked to stop, or another node is at it.
    Stopped,
    Failed(StoreError),
}

impl<E: Into<StoreError>> From<E> for Interrupted {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Store {
    /// Deletes what need not be kept any longer as of `now`, and gives what that frees back to the file system where it
    /// is much. On PostgreSQL one node at a time does so; another finds that and leaves it to it.
    pub async fn sweep(&self, keep: Keep, now: Timestamp, pace: &Pace) -> Result<Swept, StoreError> {
        let mut sweep = Sweep {
            store: self,
            keep,
            now,
            pace,
            swept: Swept::default(),
            size: SIZES.0,
            begun: Instant::now(),
        };
        match sweep.run().await {
            Ok(()) | Err(Interrupted::Stopped) => Ok(sweep.swept),
            Err(Interrupted::Failed(error)) => Err(error),
        }
    }
}

impl Sweep<'_> {
    async fn run(&mut self) -> Result<(), Interrupted> {
        self.payloads().await?;
        self.executions().await?;
        self.deliveries().await?;
        self.refusals().await?;
        self.audit().await?;
        self.tokens().await?;
        self.sessions().await?;
        self.workflows().await?;
        self.space().await
    }

    /// The rows that the next transaction is about, and those after them.
    fn turn<'r, T>(&self, rows: &'r [T]) -> (&'r [T], &'r [T]) {
        rows.split_at(self.size.min(rows.len()))
    }

    /// Lets others have the database for a while, and has the next transaction take as long as it should: what a row
    /// costs depends on how much there is, and on the disk.
    async fn rest(&mut self) -> Result<(), Interrupted> {
        let took = self.begun.elapsed();
        if took > TURN {
            self.size = (self.size / 2).max(SIZES.0);
        } else if took < TURN / 2 {
            self.size = (self.size * 2).min(SIZES.1);
        }
        let rest = if self.store.writer().is_busy() { 2 * took } else { took }.max(self.pace.rest);
        tokio::select! {
            biased;
            () = self.pace.stop.cancelled() => Err(Interrupted::Stopped),
            () = tokio::time::sleep(rest) => Ok(()),
        }
    }

    /// A transaction, unless another node is deleting in one.
    async fn begin(&mut self) -> Result<Open, Interrupted> {
        let mut open = transaction::begin(&self.store.pools().write).await?;
        self.begun = Instant::now();
        if lock::try_take(&mut open, retention_lock()).await? { Ok(open) } else { Err(Interrupted::Stopped) }
    }
}
