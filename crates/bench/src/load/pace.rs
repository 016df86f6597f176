//! When the next delivery goes out.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::{Notify, Semaphore};

/// The shortest pause of the thread that paces an open loop: shorter ones would cost more than they are worth.
const TICK: Duration = Duration::from_micros(250);

/// How deliveries follow one another.
#[derive(Clone)]
pub(crate) enum Pace {
    /// Closed loop: each connection sends as its last answer has come.
    Closed,
    /// Closed loop that pauses while too much waits to be finished.
    Bounded(Rc<Backlog>),
    /// Open loop: so many a second whatever the answers do. A latency counts from when the delivery was due, also where
    /// no connection was free then.
    Open(Rc<OpenLoop>),
}

impl Pace {
    pub(crate) fn open(rate: f64) -> Self {
        Self::Open(Rc::new(OpenLoop::start(Schedule { start: Instant::now(), rate })))
    }

    /// Waits for the next turn. The instant that the latency counts from; none where there is no next turn.
    pub(crate) async fn turn(&self) -> Option<Instant> {
        match self {
            Self::Closed => Some(Instant::now()),
            Self::Bounded(backlog) => {
                backlog.room().await;
                Some(Instant::now())
            }
            Self::Open(open) => open.turn().await,
        }
    }

    /// Lets go of everybody who waits for a turn.
    pub(crate) fn stop(&self) {
        match self {
            Self::Closed => {}
            Self::Bounded(backlog) => backlog.open_wide(),
            Self::Open(open) => open.turns.close(),
        }
    }
}

/// How much was sent and not finished, as far as it is known.
pub(crate) struct Backlog {
    limit: Cell<u64>,
    sent: Cell<u64>,
    finished: Cell<u64>,
    changed: Notify,
}

impl Backlog {
    pub(crate) fn bounded_by(limit: u64) -> Rc<Self> {
        Rc::new(Self {
            limit: Cell::new(limit),
            sent: Cell::new(0),
            finished: Cell::new(0),
            changed: Notify::new(),
        })
    }

    /// So many are finished by now.
    pub(crate) fn finished(&self, count: u64) {
        self.finished.set(count);
        self.changed.notify_waiters();
    }

    async fn room(&self) {
        while self.sent.get().saturating_sub(self.finished.get()) >= self.limit.get() {
            self.changed.notified().await;
        }
        self.sent.set(self.sent.get() + 1);
    }

    fn open_wide(&self) {
        self.limit.set(u64::MAX);
        self.changed.notify_waiters();
    }
}

/// When the deliveries of an open loop are due.
#[derive(Debug, Clone, Copy)]
struct Schedule {
    start: Instant,
    /// A second.
    rate: f64,
}

impl Schedule {
    fn due(&self, number: u64) -> Instant {
        self.start + Duration::from_secs_f64(precise(number) / self.rate)
    }

    /// How many are due by an instant.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive count of deliveries"
    )]
    fn due_by(&self, now: Instant) -> u64 {
        (now.saturating_duration_since(self.start).as_secs_f64() * self.rate).floor() as u64 + 1
    }
}

#[expect(clippy::cast_precision_loss, reason = "deliveries of a run are far below 2^53")]
const fn precise(number: u64) -> f64 {
    number as f64
}

/// An open loop under way. A thread of its own gives out the turns: the runtime's timers know milliseconds only.
pub(crate) struct OpenLoop {
    schedule: Schedule,
    next: Cell<u64>,
    turns: Arc<Semaphore>,
    stop: Arc<AtomicBool>,
}

impl OpenLoop {
    fn start(schedule: Schedule) -> Self {
        let turns = Arc::new(Semaphore::new(0));
        let stop = Arc::new(AtomicBool::new(false));
        thread::spawn({
            let (turns, stop) = (Arc::clone(&turns), Arc::clone(&stop));
            move || give_turns(schedule, &turns, &stop)
        });
        Self { schedule, next: Cell::new(0), turns, stop }
    }

    async fn turn(&self) -> Option<Instant> {
        self.turns.acquire().await.ok()?.forget();
        let number = self.next.get();
        self.next.set(number + 1);
        Some(self.schedule.due(number))
    }
}

impl Drop for OpenLoop {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn give_turns(schedule: Schedule, turns: &Semaphore, stop: &AtomicBool) {
    let mut given = 0;
    while !stop.load(Ordering::Relaxed) && !turns.is_closed() {
        let due = schedule.due_by(Instant::now());
        turns.add_permits(usize::try_from(due - given).unwrap_or(0));
        given = due;
        thread::sleep(schedule.due(given).saturating_duration_since(Instant::now()).max(TICK));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deliveries_of_an_open_loop_are_due_at_even_distances() {
        let start = Instant::now();
        let schedule = Schedule { start, rate: 200.0 };
        assert_eq!(schedule.due(0), start);
        assert_eq!(schedule.due(3), start + Duration::from_millis(15));
        assert_eq!(schedule.due_by(start), 1);
        assert_eq!(schedule.due_by(start + Duration::from_millis(14)), 3);
        assert_eq!(schedule.due_by(start + Duration::from_millis(16)), 4);
    }

    #[tokio::test]
    async fn a_turn_that_nobody_took_in_time_counts_from_when_it_was_due() {
        let start = Instant::now().checked_sub(Duration::from_secs(1)).unwrap();
        let open = OpenLoop::start(Schedule { start, rate: 10.0 });
        assert_eq!(open.turn().await, Some(start));
        assert_eq!(open.turn().await, Some(start + Duration::from_millis(100)));
    }

    #[tokio::test]
    async fn a_full_backlog_holds_deliveries_back_until_some_are_finished() {
        let backlog = Backlog::bounded_by(2);
        let pace = Pace::Bounded(Rc::clone(&backlog));
        assert!(pace.turn().await.is_some());
        assert!(pace.turn().await.is_some());
        let mut third = Box::pin(pace.turn());
        assert!(futures::poll!(&mut third).is_pending());
        backlog.finished(1);
        assert!(third.await.is_some());
    }
}
