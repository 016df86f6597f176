//! The world that random workflows run in: what happens there is decided by the place it happens at, so that it is the
//! same however often a process ends.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex};

use bellhop_steps::{Outcome, StepFailure};
use bellhop_workflow::journal::{StepRecord, StepStatus};
use bellhop_workflow::model::{OnInterrupt, StepKind};
use bellhop_workflow::time::Timestamp;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::{Value, json};

use super::disk::Disk;
use super::fuse::Fuse;
use super::plan::seconds;
use crate::journal::{Commit, LetGo};
use crate::world::{Attempt, Progress, World, failure};

/// What is the same in all runs of one case.
#[derive(Debug, Clone, Default)]
pub(super) struct Nature {
    /// What decides which effects fail.
    pub(super) seed: u64,
    /// How many items each `for_each` may have under way, by its id.
    pub(super) limits: BTreeMap<String, u32>,
    /// The first step of each `for_each`.
    pub(super) firsts: BTreeMap<String, String>,
    /// The time-outs, in seconds.
    pub(super) timeouts: BTreeMap<String, u32>,
    /// Whether somebody is always there when something falls due.
    pub(super) is_punctual: bool,
    /// The steps after whose failure their list goes on.
    pub(super) continuing: BTreeSet<String>,
}

impl Nature {
    /// What comes of the attempt of an effect, or of a child.
    pub(super) fn outcome(&self, path: &str, attempt: u32) -> Result<Value, StepFailure> {
        match self.dice(path, attempt) % 12 {
            0 | 1 => Err(failure("busy", "come back later", true)),
            2 => Err(failure("refused", "never", false)),
            number => Ok(json!({ "number": number })),
        }
    }

    fn dice(&self, path: &str, number: u32) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.seed, path, number).hash(&mut hasher);
        hasher.finish()
    }
}

/// One process's view of it.
pub(super) struct ModelWorld {
    pub(super) nature: Nature,
    /// Another one has things take another time, and end in another order.
    pub(super) schedule: u64,
    pub(super) disk: Disk,
    pub(super) fuse: Arc<Fuse>,
    /// When something that is waited for happens.
    pub(super) due: Mutex<BTreeSet<Timestamp>>,
    pub(super) present: Mutex<BTreeSet<String>>,
}

impl World for ModelWorld {
    fn attempt<'a>(&'a self, attempt: Attempt<'a>) -> BoxFuture<'a, Result<Progress, LetGo>> {
        async move {
            Ok(match attempt.kind {
                StepKind::Http => self.effect(&attempt).await,
                StepKind::WaitFor => self.wait(&attempt).await,
                StepKind::Workflow => self.child(&attempt).await,
                StepKind::State => return self.count(attempt).await,
                StepKind::Respond => return self.respond(attempt).await,
                StepKind::Set => Progress::Ended(Ok(Outcome::Output(attempt.input.clone()))),
                StepKind::Return => Progress::Ended(Ok(Outcome::Return(attempt.input.clone()))),
                StepKind::Fail => Progress::Ended(Err(failure("fail", "asked to", false))),
                other => panic!("`{}` is in no plan", other.as_str()),
            })
        }
        .boxed()
    }

    fn resume_url(&self, path: &str) -> String {
        path.to_owned()
    }
}

impl ModelWorld {
    async fn effect(&self, attempt: &Attempt<'_>) -> Progress {
        let (path, number) = (attempt.record.path.clone(), attempt.record.attempts);
        let known = self.disk.get(&path).unwrap_or_else(|| panic!("`{path}` begins, and nobody would know"));
        assert_eq!((known.status, known.attempts), (StepStatus::Running, number), "`{path}` as it begins");
        assert_eq!(known.input, attempt.record.input, "`{path}` was given something else");
        assert!(attempt.key.ends_with(&format!(":{path}")));
        assert!(self.present.lock().unwrap().insert(path.clone()), "`{path}` is under way twice");
        if attempt.step.on_interrupt == OnInterrupt::Fail {
            self.disk.send_once(&path, number);
        }
        let mut hasher = DefaultHasher::new();
        (self.schedule, &path, number).hash(&mut hasher);
        for _ in 0..=hasher.finish() % 4 {
            self.fuse.chance().await;
        }
        self.present.lock().unwrap().remove(&path);
        Progress::Ended(self.nature.outcome(&path, number).map(Outcome::Output))
    }

    async fn wait(&self, attempt: &Attempt<'_>) -> Progress {
        self.fuse.chance().await;
        self.happened(attempt, begun(attempt.record), attempt.now)
            .map_or(Progress::Waits, |()| Progress::Ended(Ok(Outcome::Output(json!("called")))))
    }

    async fn child(&self, attempt: &Attempt<'_>) -> Progress {
        let key = format!("{}#{}", attempt.record.path, attempt.record.attempts);
        self.fuse.chance().await;
        let started = self.disk.child(&key, attempt.now);
        self.fuse.chance().await;
        let outcome = || self.nature.outcome(&attempt.record.path, attempt.record.attempts);
        self.happened(attempt, started, attempt.now)
            .map_or(Progress::Waits, |()| Progress::Ended(outcome().map(Outcome::Output)))
    }

    /// Whether the time has come that the step's input says, counted from `since`.
    fn happened(&self, attempt: &Attempt<'_>, since: Timestamp, now: Timestamp) -> Option<()> {
        let after = attempt.input["after"].as_u64().unwrap();
        let due = since.plus(seconds(u32::try_from(after).unwrap()));
        if due <= now {
            return Some(());
        }
        self.due.lock().unwrap().insert(due);
        None
    }

    async fn count(&self, attempt: Attempt<'_>) -> Result<Progress, LetGo> {
        let last = last(&attempt);
        attempt
            .journal
            .commit_with(|mut records, _| {
                let mut last = last.clone();
                async move {
                    self.fuse.chance().await;
                    last.output = Some(Value::from(1));
                    records.push(last.clone());
                    let count = self.disk.count(&last.path, records);
                    assert_eq!(count, 1, "`{}` counted more than once", last.path);
                    self.fuse.chance().await;
                    Ok(Commit::Done((), Box::new(last)))
                }
            })
            .await?;
        Ok(Progress::Written)
    }

    async fn respond(&self, attempt: Attempt<'_>) -> Result<Progress, LetGo> {
        let last = last(&attempt);
        attempt
            .journal
            .commit_with(|mut records, _| {
                let last = last.clone();
                async move {
                    self.fuse.chance().await;
                    records.push(last.clone());
                    self.disk.answer(&last.path, records);
                    self.fuse.chance().await;
                    Ok(Commit::Done((), Box::new(last)))
                }
            })
            .await?;
        Ok(Progress::Written)
    }
}

fn begun(record: &StepRecord) -> Timestamp {
    record.attempt_started_at.or(record.started_at).unwrap()
}

fn last(attempt: &Attempt<'_>) -> StepRecord {
    StepRecord {
        status: StepStatus::Succeeded,
        output: Some(Value::Null),
        error: None,
        wakes_at: None,
        finished_at: Some(attempt.now),
        ..attempt.record.clone()
    }
}
