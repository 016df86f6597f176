//! Running a plan to its end, however often the process ends on the way.

use std::collections::{BTreeSet, VecDeque};
use std::pin::pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bellhop_vault::Redactor;
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::{StepRecord, StepStatus};
use bellhop_workflow::model::Workflow;
use bellhop_workflow::time::{Clock, Timestamp};
use serde_json::{Value, json};

use super::disk::{Disk, DiskSink};
use super::fuse::Fuse;
use super::world::{ModelWorld, Nature};
use crate::conduct::{ExecutionEnd, conduct};
use crate::interpreter::{Interpreter, ResumeUrls, Timer};
use crate::journal::{Journal, LetGo};
use crate::mask::Mask;
use crate::scope::{self, Beginning};
use crate::world::error;

const NOON: Timestamp = Timestamp::from_seconds(1_772_452_800);

/// More walks than any plan needs.
const ENDLESS: usize = 5_000;

/// When the process ends, and what else differs between two runs of the same plan.
#[derive(Debug, Clone, Default)]
pub(super) struct Fate {
    /// For each life, after how many chances it ends.
    pub(super) crashes: VecDeque<u32>,
    pub(super) schedule: u64,
    /// How long nobody is there after a crash.
    pub(super) downtime: Duration,
    /// What it takes over from a run that it repeats, and how long after the beginning of that one it begins.
    pub(super) taken: (Vec<StepRecord>, Duration),
    /// In the last life, after how many chances somebody cancels it.
    pub(super) cancel: Option<u32>,
    /// Whether a process keeps what it knows over a pause, as a rehearsal does; a node reads it again.
    pub(super) keeps: bool,
}

/// What came of a run.
#[derive(Debug)]
pub(super) struct Told {
    /// How it ended; none where it was cancelled.
    pub(super) end: Option<ExecutionEnd>,
    pub(super) records: Vec<StepRecord>,
    pub(super) disk: Disk,
    /// How many chances for a crash the last life had.
    pub(super) chances: u32,
    pub(super) took: Duration,
}

pub(super) fn run(workflow: &Workflow, nature: &Nature, mut fate: Fate) -> Told {
    let nature = &Nature { is_punctual: fate.downtime.is_zero(), ..nature.clone() };
    let (taken, later) = std::mem::take(&mut fate.taken);
    let begun = NOON.plus(later);
    let (disk, clock) = (Disk::empty(nature), ModelClock(AtomicI64::new(begun.as_micros())));
    disk.write(taken);
    let execution = ExecutionId::from_uuid(uuid::Uuid::nil());
    let beginning = Beginning {
        event: None,
        trigger: Value::Null,
        inputs: json!({}),
        execution: scope::execution(execution, 1, begun),
        workflow: Value::Null,
        started_at: begun,
    };
    let redactor = Redactor::default();
    let mut fuse = Arc::new(Fuse::new(fate.crashes.pop_front()));
    let mut journal = None;
    for life in 0..ENDLESS {
        if fuse.is_burnt() {
            fuse = Arc::new(Fuse::new(fate.crashes.pop_front()));
            journal = None;
            clock.advance(fate.downtime);
        }
        let sink = DiskSink { disk: disk.clone(), fuse: Arc::clone(&fuse) };
        let journal =
            journal.get_or_insert_with(|| Journal::new(execution, sink, Mask::nothing(), disk.records()));
        let world = ModelWorld {
            nature: nature.clone(),
            schedule: fate.schedule.wrapping_add(life as u64),
            disk: disk.clone(),
            fuse: Arc::clone(&fuse),
            due: Mutex::default(),
            present: Mutex::default(),
        };
        let interpreter = Interpreter {
            world: &world,
            journal,
            redactor: &redactor,
            clock: &clock,
            timer: Timer::Virtual,
            execution,
            urls: ResumeUrls::of(workflow, &beginning.execution),
        };
        let cancel = fate.cancel.filter(|_| fate.crashes.is_empty());
        let end = match live(conduct(workflow, &beginning, &interpreter), journal, &fuse, cancel) {
            Left::Ended(end) => end,
            Left::Crashed => continue,
            Left::Cancelled => {
                let error = error("cancelled", "somebody has cancelled it");
                journal.end_unfinished(|_| true, StepStatus::Cancelled, &error, clock.now());
                disk.write(journal.unwritten());
                let took = clock.now().since(begun);
                return Told { end: None, records: disk.records(), disk, chances: fuse.passed(), took };
            }
        };
        // Ending and putting aside are commits like any other.
        if fuse.burns() {
            continue;
        }
        disk.write(journal.unwritten());
        match end.unwrap() {
            ExecutionEnd::Pause(until) => {
                let due = world.due.into_inner().unwrap();
                clock.set(next(until, &due, clock.now()));
            }
            end => {
                return Told {
                    end: Some(end),
                    records: disk.records(),
                    disk,
                    chances: fuse.passed(),
                    took: clock.now().since(begun),
                };
            }
        }
        if !fate.keeps {
            let sink = DiskSink { disk: disk.clone(), fuse: Arc::clone(&fuse) };
            *journal = Journal::new(execution, sink, Mask::nothing(), disk.records());
        }
    }
    panic!("it does not come to an end");
}

/// When something happens next.
fn next(until: Option<Timestamp>, due: &BTreeSet<Timestamp>, now: Timestamp) -> Timestamp {
    let next = until.into_iter().chain(due.iter().copied()).min().expect("it waits for nothing");
    assert!(next > now, "it waits for what has happened");
    next
}

/// How a walk came to an end.
enum Left {
    Ended(Result<ExecutionEnd, LetGo>),
    Crashed,
    Cancelled,
}

/// Polls until it ends, or the process does, or somebody has cancelled it and nothing is being written.
fn live(
    conducting: impl Future<Output = Result<ExecutionEnd, LetGo>>,
    journal: &Journal,
    fuse: &Fuse,
    cancel: Option<u32>,
) -> Left {
    let mut conducting = pin!(conducting);
    let mut quiet = pin!(async { drop(journal.quiet().await) });
    let mut context = Context::from_waker(futures::task::noop_waker_ref());
    for _ in 0..100_000 {
        match conducting.as_mut().poll(&mut context) {
            _ if fuse.is_burnt() => return Left::Crashed,
            Poll::Ready(end) => return Left::Ended(end),
            Poll::Pending => {}
        }
        let is_cancelled = cancel.is_some_and(|chance| fuse.passed() >= chance);
        if is_cancelled && quiet.as_mut().poll(&mut context).is_ready() {
            return Left::Cancelled;
        }
    }
    panic!("nothing goes on");
}

struct ModelClock(AtomicI64);

impl ModelClock {
    fn set(&self, now: Timestamp) {
        self.0.store(now.as_micros(), Ordering::SeqCst);
    }

    fn advance(&self, by: Duration) {
        self.set(self.now().plus(by));
    }
}

impl Clock for ModelClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}
