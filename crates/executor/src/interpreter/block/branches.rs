//! Branches side by side, in one task.

use std::time::Duration;

use bellhop_workflow::time::Timestamp;
use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use serde_json::Value;

use crate::interpreter::{End, Interpreter, Timer};
use crate::journal::LetGo;

/// How long a branch that pauses is left alone while others run: what it waits for may happen at any time.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// What is to be run, and what is known of it.
pub(super) struct Branches {
    /// How those that have ended did so.
    ends: Vec<Option<End<Value>>>,
    /// How many may be under way at once, those that pause included.
    limit: usize,
    /// Where one that fails or returns keeps others from beginning: which ones have begun already.
    begun: Option<Vec<bool>>,
}

/// What came of it.
pub(super) enum Ran {
    /// All have ended that were to begin; the others have no end.
    Ended(Vec<Option<End<Value>>>),
    /// None runs, and the first of those that pause goes on at this instant; at none, when something outside happens.
    Paused(Option<Timestamp>),
}

impl Branches {
    /// So many, all at once, whatever becomes of the others.
    pub(super) fn all(count: usize) -> Self {
        Self { ends: std::iter::repeat_with(|| None).take(count).collect(), limit: count, begun: None }
    }

    /// So many, in order, not more than `limit` at once. `settled` says how those ended that have ended already.
    pub(super) fn limited(count: usize, limit: usize, settled: impl Fn(usize) -> Option<End<Value>>) -> Self {
        Self { ends: (0..count).map(settled).collect(), limit, begun: None }
    }

    /// After one that failed or returned, none begins that comes later in the order, unless it `has_begun`.
    pub(super) fn stopping(self, has_begun: impl Fn(usize) -> bool) -> Self {
        Self { begun: Some((0..self.ends.len()).map(has_begun).collect()), ..self }
    }

    /// Whether a branch may begin now. That those before one that failed may, and those after it may not, is so however
    /// fast each of them is: they begin in order.
    fn may_begin(&self, number: usize, stopped_at: usize) -> bool {
        number < stopped_at || self.begun.as_ref().is_none_or(|begun| begun[number])
    }
}

impl Interpreter<'_> {
    /// Runs each branch that has not ended with `walk`, which may be asked for the same one again after a pause.
    pub(super) async fn side_by_side<'a>(
        &self,
        mut branches: Branches,
        walk: impl Fn(usize) -> BoxFuture<'a, Result<End<Value>, LetGo>>,
    ) -> Result<Ran, LetGo> {
        let run = |number| {
            let walk = walk(number);
            async move { (number, walk.await) }
        };
        let stops = |end: &Option<End<Value>>| matches!(end, Some(End::Failed(_) | End::Return(_)));
        let mut stopped_at = branches.ends.iter().position(stops).unwrap_or(usize::MAX);
        let mut running = FuturesUnordered::new();
        let mut paused: Vec<(usize, Option<Timestamp>)> = Vec::new();
        let mut next = 0;
        loop {
            while next < branches.ends.len() && running.len() + paused.len() < branches.limit {
                if branches.ends[next].is_none() && branches.may_begin(next, stopped_at) {
                    running.push(run(next));
                }
                next += 1;
            }
            if running.is_empty() {
                break;
            }
            let due = self.until_due(&paused);
            tokio::select! {
                biased;
                Some((number, end)) = running.next() => match end? {
                    End::Pause(until) => paused.push((number, until)),
                    end => {
                        if !matches!(end, End::Next(_)) {
                            stopped_at = stopped_at.min(number);
                        }
                        branches.ends[number] = Some(end);
                    }
                },
                () = due => running.extend(paused.drain(..).map(|(number, _)| run(number))),
            }
        }
        if paused.is_empty() {
            return Ok(Ran::Ended(branches.ends));
        }
        Ok(Ran::Paused(paused.into_iter().filter_map(|(_, until)| until).min()))
    }

    /// Waits until one of those that pause may go on, while others run.
    async fn until_due(&self, paused: &[(usize, Option<Timestamp>)]) {
        if paused.is_empty() || self.timer == Timer::Virtual {
            return std::future::pending().await;
        }
        let now = self.clock.now();
        let first = paused.iter().filter_map(|(_, until)| until.map(|until| until.since(now))).min();
        tokio::time::sleep(first.unwrap_or(LOOK_AGAIN).min(LOOK_AGAIN)).await;
    }
}
