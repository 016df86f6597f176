//! The group commit: one task that writes for everyone who waits.
//!
//! A commit to disk costs the same for one row as for hundreds. While one commit is under way, what comes in gathers
//! in the queue, and all of it goes into the next: under load the cost per event falls, at rest nobody waits for more
//! than their own commit.

mod answers;
mod apart;
mod batch;
mod blocks;
mod commit;
mod entries;
mod firings;
pub(crate) mod gates;
mod intake;
mod leases;
pub(crate) mod parents;
pub(crate) mod probe;
pub(crate) mod records;
mod state;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) use self::answers::AnswerRow;
use self::batch::Batch;
use self::blocks::Blocks;
pub(crate) use self::entries::{Change, Entry, Extra, Verdict};
pub(crate) use self::firings::FiringRow;
pub(crate) use self::intake::{IntakeRow, log};
pub(crate) use self::state::StateEntry;
use crate::claim::{Claim, Taken};
use crate::connect::Pool;
use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::executions::Recorded;
use crate::health::Health;
use crate::meters::StoreMeters;
use crate::work::Commits;

/// How many callers one commit serves at most, so that none waits for an endless one.
const MAX_BATCH: usize = 512;

/// How many callers may wait.
const QUEUE: usize = 4_096;

/// How much may wait, in KiB: bodies are up to a few MiB, and thousands of them must not fill the memory.
const BUDGET: u32 = 64 * 1_024;

/// A commit that fails after so long has waited for something: a lock, or a connection.
const LONG: Duration = Duration::from_secs(1);

/// Something to write, and who waits for it.
#[derive(Debug)]
struct Job<T, A> {
    work: T,
    answer: oneshot::Sender<Result<A, StoreError>>,
    /// Its part of [`BUDGET`], given back when it is dropped.
    _permit: OwnedSemaphorePermit,
}

#[derive(Debug)]
enum Message {
    Intake(Job<Box<IntakeRow>, Recorded>),
    Entry(Job<Box<Entry>, Verdict>),
    Claim(Job<Claim, Taken>),
    Firing(Job<Box<FiringRow>, bool>),
}

/// The queue's near end.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Message>,
    budget: Arc<Semaphore>,
    stop: CancellationToken,
    task: TaskTracker,
}

impl Writer {
    /// Starts the task. `commits` is told of every commit that brought executions or ended some.
    pub(crate) fn start(
        pool: Pool,
        commits: Commits,
        health: Health,
        meters: StoreMeters,
    ) -> Result<Self, StoreError> {
        let (queue, receiver) = mpsc::channel(QUEUE);
        let stop = CancellationToken::new();
        let task = TaskTracker::new();
        let dialect = pool.dialect();
        let run = run(pool, receiver, commits, health, meters, stop.clone());
        match dialect {
            Dialect::Sqlite => apart::spawn(run, &task)?,
            // Its connections belong to the runtime that they were made on.
            Dialect::Postgres => drop(task.spawn(run)),
        }
        task.close();
        Ok(Self { queue, budget: Arc::new(Semaphore::new(BUDGET as usize)), stop, task })
    }

    /// Writes a delivery, an execution, or both.
    pub(crate) async fn record(&self, row: Box<IntakeRow>) -> Result<Recorded, StoreError> {
        self.submit(row.size(), row, Message::Intake).await
    }

    /// Writes about an execution.
    pub(crate) async fn write(&self, entry: Entry) -> Result<Verdict, StoreError> {
        self.submit(entry.size(), Box::new(entry), Message::Entry).await
    }

    /// Moves a schedule on and writes what it starts; false where it is not due any more.
    pub(crate) async fn fire(&self, row: FiringRow) -> Result<bool, StoreError> {
        self.submit(row.size(), Box::new(row), Message::Firing).await
    }

    /// Claims on SQLite, where only this task writes.
    pub(crate) async fn claim(&self, claim: Claim) -> Result<Taken, StoreError> {
        self.submit(0, claim, Message::Claim).await
    }

    /// Whether somebody waits for it.
    pub(crate) fn is_busy(&self) -> bool {
        self.queue.capacity() < self.queue.max_capacity()
    }

    /// Writes what waits already and ends.
    pub(crate) async fn close(&self) {
        self.stop.cancel();
        self.task.wait().await;
    }

    async fn submit<T, A>(
        &self,
        size: usize,
        work: T,
        message: fn(Job<T, A>) -> Message,
    ) -> Result<A, StoreError> {
        let kibibytes = u32::try_from(size / 1_024 + 1).map_or(BUDGET, |kibibytes| kibibytes.min(BUDGET));
        let permit = Arc::clone(&self.budget).acquire_many_owned(kibibytes).await;
        let permit = permit.map_err(|_| StoreError::Closed)?;
        let (answer, answered) = oneshot::channel();
        let message = message(Job { work, answer, _permit: permit });
        self.queue.send(message).await.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }
}

async fn run(
    pool: Pool,
    mut queue: mpsc::Receiver<Message>,
    commits: Commits,
    health: Health,
    meters: StoreMeters,
    stop: CancellationToken,
) {
    let mut messages = Vec::with_capacity(MAX_BATCH);
    let mut blocks = Blocks::default();
    loop {
        tokio::select! {
            () = stop.cancelled(), if !queue.is_closed() => {
                // Nothing new from here on; what waits is still received.
                queue.close();
                continue;
            }
            received = queue.recv_many(&mut messages, MAX_BATCH) => if received == 0 { break },
            () = health.time_to_try() => {
                probe::write(&pool, &health).await;
                continue;
            }
        }
        let began = Instant::now();
        let batch = Batch::from_messages(messages.drain(..));
        let size = batch.len();
        let written = batch.write(&pool, &mut blocks, &commits, &health, &meters).await;
        if written.is_ok() && size > 0 {
            meters.commit_size.note(u32::try_from(size).unwrap_or(u32::MAX).into());
            meters.commit_seconds.note(began.elapsed().as_secs_f64());
        }
        if let Err(error) = written
            && began.elapsed() >= LONG
        {
            // Whoever has come meanwhile has waited for the same, and would only wait again.
            let mut behind = Vec::new();
            while let Ok(message) = queue.try_recv() {
                behind.push(message);
            }
            Batch::from_messages(behind).fail(&error);
        }
    }
}
