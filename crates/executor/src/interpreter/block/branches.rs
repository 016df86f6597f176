//! Branches side by side, in one task.

use std::sync::atomic::{AtomicUsize, Ordering};
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
}

/// After which of its branches none is to begin any more.
struct Stop {
    /// Which ones had begun before; none where nothing keeps a branch from beginning.
    begun: Option<Vec<bool>>,
    /// The first that failed or returned.
    at: AtomicUsize,
}

impl Stop {
    fn new(begun: Option<Vec<bool>>, ends: &[Option<End<Value>>]) -> Self {
        let at = ends.iter().position(|end| end.as_ref().is_some_and(stops));
        Self { begun, at: AtomicUsize::new(at.unwrap_or(usize::MAX)) }
    }

    /// Whether a branch may begin now. That those before one that failed may, and those after it may not, is so however
    /// fast each of them is: they begin in order.
    fn lets_begin(&self, number: usize) -> bool {
        number < self.at.load(Ordering::Relaxed) || self.begun.as_ref().is_none_or(|begun| begun[number])
    }

    fn note(&self, number: usize, end: &Result<End<Value>, LetGo>) {
        if end.as_ref().is_ok_and(stops) {
            self.at.fetch_min(number, Ordering::Relaxed);
        }
    }
}

const fn stops(end: &End<Value>) -> bool {
    matches!(end, End::Failed(_) | End::Return(_))
}

impl Interpreter<'_> {
    /// Runs each branch that has not ended with `walk`, which may be asked for the same one again after a pause.
    pub(super) async fn side_by_side<'a>(
        &self,
        branches: Branches,
        walk: impl Fn(usize) -> BoxFuture<'a, Result<End<Value>, LetGo>>,
    ) -> Result<Ran, LetGo> {
        let Branches { mut ends, limit, begun } = branches;
        let stop = Stop::new(begun, &ends);
        let (stop, walk) = (&stop, &walk);
        let run = |number, is_new: bool| async move {
            // Asked as late as can be: the one before it may have failed at once.
            if is_new && !stop.lets_begin(number) {
                return (number, None);
            }
            let end = walk(number).await;
            stop.note(number, &end);
            (number, Some(end))
        };
        let mut running = FuturesUnordered::new();
        let mut paused: Vec<(usize, Option<Timestamp>)> = Vec::new();
        let mut next = 0;
        loop {
            while next < ends.len() && running.len() + paused.len() < limit {
                if ends[next].is_none() && stop.lets_begin(next) {
                    running.push(run(next, true));
                }
                next += 1;
            }
            if running.is_empty() {
                break;
            }
            let due = self.until_due(&paused);
            tokio::select! {
                biased;
                Some((number, end)) = running.next() => match end.transpose()? {
                    Some(End::Pause(until)) => paused.push((number, until)),
                    end => ends[number] = end,
                },
                () = due => running.extend(paused.drain(..).map(|(number, _)| run(number, false))),
            }
        }
        if paused.is_empty() {
            return Ok(Ran::Ended(ends));
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
