//! Scripts in processes of their own, which can be killed: some loops of the engine never ask whether they may go on,
//! and a crash of the engine ends only the one process.
//!
//! A process is started when a script needs one, is kept for the next script, and is ended when it has been idle for a
//! while. One whose script was too much for it, or that nobody waits for any more, is killed at once.
//!
//! The processes do not ask the system to be killed with their parent (`PR_SET_PDEATHSIG`): that is about the thread
//! that started them, and threads of the runtime come and go. They end when the pipe from the server does.

mod child;
mod confine;
mod frame;
mod worker;

use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use rustix::process::Signal;
use tokio::task::AbortHandle;
use tokio::time::Instant;

pub use self::child::script_worker;
use self::frame::LONGEST_JOB;
use self::worker::{Answer, Worker};
use super::job::{Job, Mishap, Report};
use super::lost::Lost;

/// The argument that makes a program a process for scripts: see [`script_worker`].
pub const SCRIPT_WORKER: &str = "script-worker";

/// The processes of a runner. There are never more of them than scripts may run at once.
pub(super) struct Pool {
    program: PathBuf,
    /// How long a process waits for another script.
    patience: Duration,
    idle: Mutex<Idle>,
}

/// The processes that wait for a script.
#[derive(Default)]
struct Idle {
    /// The one that was used last is last, and is used next: the others may end.
    workers: Vec<(Instant, Worker)>,
    /// Ends those that wait too long; none while none waits.
    sweeper: Option<Sweeper>,
}

/// The task that ends idle processes. It goes with the pool.
struct Sweeper(AbortHandle);

impl Drop for Sweeper {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Pool {
    pub(super) fn new(program: PathBuf, patience: Duration) -> Self {
        Self { program, patience, idle: Mutex::default() }
    }

    /// Runs the job in a process, and waits for it that long.
    pub(super) async fn run(self: &Arc<Self>, job: &Job, patience: Duration) -> Result<Report, Lost> {
        let Some(frame) = frame::encode(job, LONGEST_JOB).map_err(Lost::Garbled)? else {
            return Ok(Report { lines: Vec::new(), result: Err(Mishap::TooMuchMemory) });
        };
        // When the time is up, or nobody waits any more, the worker is dropped here, and with it its process.
        tokio::time::timeout(patience, self.ask(&frame)).await.unwrap_or_else(|_| Ok(Report::overdue()))
    }

    async fn ask(self: &Arc<Self>, job: &[u8]) -> Result<Report, Lost> {
        let mut started = 0;
        loop {
            let (mut worker, is_new) = match self.take() {
                Some(worker) => (worker, false),
                None => (Worker::start(&self.program)?, true),
            };
            started += usize::from(is_new);
            let status = match worker.ask(job).await? {
                Answer::Report(report) => return Ok(self.keep(worker, report)),
                // It had ended while it was idle.
                Answer::NotTaken(_) if !is_new => continue,
                Answer::NotTaken(status) | Answer::Ended(status) => status,
            };
            if started > 1 || !was_asked_to_end(status) {
                return Err(Lost::Ended(status));
            }
        }
    }

    fn take(&self) -> Option<Worker> {
        self.idle().workers.pop().map(|(_, worker)| worker)
    }

    /// Keeps a worker for the next script, unless the last one was too much for it.
    fn keep(self: &Arc<Self>, worker: Worker, report: Report) -> Report {
        if matches!(report.result, Err(Mishap::TooLong | Mishap::TooMuchMemory)) {
            return report;
        }
        let end = Instant::now() + self.patience;
        let mut idle = self.idle();
        idle.workers.push((end, worker));
        if idle.sweeper.is_none() {
            let sweeping = tokio::spawn(sweep(Arc::downgrade(self), end));
            idle.sweeper = Some(Sweeper(sweeping.abort_handle()));
        }
        report
    }

    /// Ends what has been idle for too long; gives when the next one has. None where none is left, and then the
    /// sweeper ends, too.
    fn sweep(&self, now: Instant) -> Option<Instant> {
        let mut idle = self.idle();
        idle.workers.retain(|(end, _)| *end > now);
        let next = idle.workers.iter().map(|(end, _)| *end).min();
        if next.is_none() {
            idle.sweeper = None;
        }
        next
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn sweep(pool: Weak<Pool>, mut next: Instant) {
    loop {
        tokio::time::sleep_until(next).await;
        let later = pool.upgrade().and_then(|pool| pool.sweep(Instant::now()));
        let Some(later) = later else { return };
        next = later;
    }
}

/// Whether it ended as a process does that is asked to: a service manager asks all processes of a service at once, and
/// the server then brings to an end what it has begun. The script computes the same in another process.
fn was_asked_to_end(status: ExitStatus) -> bool {
    [Signal::TERM, Signal::INT, Signal::HUP].iter().any(|signal| status.signal() == Some(signal.as_raw()))
}
