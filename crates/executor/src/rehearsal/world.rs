//! The world of a rehearsal: the stage, and the time that it says its answers take.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bellhop_steps::{Outcome, StepFailure};
use bellhop_workflow::model::Step;
use bellhop_workflow::time::Timestamp;
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::{Played, Stage, StageCall};
use crate::journal::LetGo;
use crate::world::{Attempt, Progress, World};

/// Asks a stage, and holds back what takes time until that has passed.
pub(super) struct StageWorld<'a> {
    stage: &'a dyn Stage,
    under_way: Mutex<HashMap<Asked, UnderWay>>,
}

/// Which attempt: the step's path and the attempt's number.
type Asked = (String, u32);

/// An attempt that takes time.
struct UnderWay {
    until: Timestamp,
    outcome: Result<Outcome, StepFailure>,
}

impl<'a> StageWorld<'a> {
    pub(super) fn new(stage: &'a dyn Stage) -> Self {
        Self { stage, under_way: Mutex::default() }
    }

    /// How an attempt stands that was asked for before.
    fn known(&self, asked: &Asked, now: Timestamp) -> Option<Progress> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let until = under_way.get(asked)?.until;
        if now < until {
            return Some(Progress::Until(until));
        }
        under_way.remove(asked).map(|ended| Progress::Ended(ended.outcome))
    }

    async fn ask(&self, attempt: Attempt<'_>) -> Progress {
        let asked = (attempt.record.path.clone(), attempt.record.attempts);
        if let Some(progress) = self.known(&asked, attempt.now) {
            return progress;
        }
        let limit = attempt.timeout();
        let Attempt { step, kind, input, scope, key, now, record, .. } = attempt;
        let call = StageCall {
            step,
            path: &record.path,
            kind,
            attempt: record.attempts,
            input,
            now,
            started_at: record.started_at.unwrap_or(now),
            scope,
            log: &mut record.logs,
            idempotency_key: key,
        };
        let Played { outcome, takes } = self.stage.attempt(call).await;
        let given_up = limit
            .filter(|limit| takes > *limit)
            .and_then(|limit| Some((Err(StepFailure::out_of_time(kind, limit)?), limit)));
        let (outcome, takes) = given_up.unwrap_or((outcome, takes));
        if takes == Duration::ZERO {
            return Progress::Ended(outcome);
        }
        let until = now.plus(takes);
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.insert(asked, UnderWay { until, outcome });
        Progress::Until(until)
    }
}

impl World for StageWorld<'_> {
    fn attempt<'a>(&'a self, attempt: Attempt<'a>) -> BoxFuture<'a, Result<Progress, LetGo>> {
        self.ask(attempt).map(Ok).boxed()
    }

    fn is_mocked(&self, step: &Step) -> bool {
        self.stage.is_mocked(step)
    }

    fn resume_url(&self, path: &str) -> String {
        format!("http://localhost/resume/{path}")
    }
}
