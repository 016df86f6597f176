//! The process's own end: reads one job after the other from standard input, says of each that it is taken, and writes
//! its report to standard output. It ends with its input, or when a job takes longer than anybody waits for it.

use std::io::{self, Read as _, Write as _};
use std::process::{ExitCode, exit};
use std::sync::mpsc::{self, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::confine::confine;
use super::frame::{self, LONGEST_JOB, LONGEST_REPORT, PREFIX, TAKEN};
use crate::script::GRACE;
use crate::script::engine;
use crate::script::job::{Job, Report};

/// How often the watchdog looks.
const LOOK: Duration = Duration::from_secs(1);

/// How much longer than its server a process waits for its own script. Only one whose server stands still gets there.
const PATIENCE: Duration = Duration::from_secs(3);

/// The exit code of a process whose job was overdue.
const OVERDUE: i32 = 3;

/// When the present job is overdue; none between jobs.
type Deadline = Arc<Mutex<Option<Instant>>>;

/// Runs scripts for the server that has started this process, until the server ends it or goes away.
///
/// For a program that is started with [`SCRIPT_WORKER`](crate::SCRIPT_WORKER) as its only argument. Nothing else may
/// read standard input or write to standard output.
#[must_use]
pub fn script_worker() -> ExitCode {
    let (sender, jobs) = mpsc::sync_channel(1);
    let deadline = Deadline::default();
    let watched = Arc::clone(&deadline);
    let threads = [
        thread::Builder::new().spawn(move || read(&sender)),
        thread::Builder::new().spawn(move || watch(&watched)),
    ];
    if threads.iter().any(Result::is_err) {
        return ExitCode::FAILURE;
    }
    confine();
    for job in jobs {
        set(&deadline, Some(Instant::now() + job.time + GRACE + PATIENCE));
        let report = engine::run(&job, Arc::default());
        set(&deadline, None);
        if write(&report).is_err() {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Reads jobs until there is no server any more. Then nobody waits for the present one either.
fn read(jobs: &SyncSender<Job>) {
    while let Ok(job) = next() {
        if put(&[TAKEN]).is_err() || jobs.send(job).is_err() {
            break;
        }
    }
    exit(0);
}

fn next() -> io::Result<Job> {
    let mut input = io::stdin().lock();
    let mut prefix = [0; PREFIX];
    input.read_exact(&mut prefix)?;
    let mut content = vec![0; frame::length(prefix, LONGEST_JOB)?];
    input.read_exact(&mut content)?;
    frame::decode(&content)
}

fn write(report: &Report) -> io::Result<()> {
    let frame = frame::encode(report, LONGEST_REPORT)?;
    let frame = frame.ok_or_else(|| io::Error::other("the report is too long"))?;
    put(&frame)
}

fn put(bytes: &[u8]) -> io::Result<()> {
    let mut output = io::stdout().lock();
    output.write_all(bytes)?;
    output.flush()
}

fn watch(deadline: &Deadline) {
    loop {
        thread::sleep(LOOK);
        let deadline = *deadline.lock().unwrap_or_else(PoisonError::into_inner);
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            exit(OVERDUE);
        }
    }
}

fn set(deadline: &Deadline, to: Option<Instant>) {
    *deadline.lock().unwrap_or_else(PoisonError::into_inner) = to;
}
