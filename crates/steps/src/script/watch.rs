//! Watches a running script: the engine asks again and again whether it may go on.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::job::Mishap;

/// Decides whether a script may go on. A script cannot catch its word.
pub(super) struct Watch {
    end: Instant,
    cancelled: Arc<AtomicBool>,
    full: Cell<bool>,
}

impl Watch {
    /// A watch that begins now.
    pub(super) fn new(time: Duration, cancelled: Arc<AtomicBool>) -> Self {
        Self { end: Instant::now() + time, cancelled, full: Cell::new(false) }
    }

    /// The log is full: it is over.
    pub(super) fn log_is_full(&self) {
        self.full.set(true);
    }

    /// Why the script must stop, if it must.
    pub(super) fn verdict(&self) -> Option<Mishap> {
        if self.full.get() {
            Some(Mishap::PrintsForEver)
        } else if self.cancelled.load(Ordering::Relaxed) {
            Some(Mishap::Cancelled)
        } else if Instant::now() >= self.end {
            Some(Mishap::TooLong)
        } else {
            None
        }
    }
}
