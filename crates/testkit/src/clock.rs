//! A clock that a test sets and moves.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bellhop_workflow::time::{Clock, Timestamp};

/// Stands still at an instant until it is moved.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// A clock that shows `instant`.
    #[must_use]
    pub const fn at(instant: Timestamp) -> Self {
        Self(AtomicI64::new(instant.as_micros()))
    }

    /// Shows `instant` from now on.
    pub fn set(&self, instant: Timestamp) {
        self.0.store(instant.as_micros(), Ordering::SeqCst);
    }

    /// Moves on by `duration`.
    pub fn advance(&self, duration: Duration) {
        self.0.fetch_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}
