//! The record of every attempt to deliver.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::Serialize;

/// How many attempts are remembered; the oldest go first.
const KEPT: usize = 50_000;

/// One attempt to deliver one event to one subscription.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeliveryAttempt {
    /// `ev_…`
    pub event_id: String,
    /// `<object_type>.<action>`
    pub event_type: String,
    /// `whsub_…`
    pub subscription_id: String,
    /// Where it was sent.
    pub url: String,
    /// When it was answered, or failed.
    pub at: Timestamp,
    /// Counted from 1 for each copy.
    pub attempt: u32,
    /// Counted from 1; above it for an event that is delivered more than once on purpose.
    pub copy: u32,
    /// Whether it was signed with another key on purpose.
    pub forged: bool,
    /// The answer's status, where there was one.
    pub status: Option<u16>,
    /// What went wrong, where there was no answer.
    pub error: Option<String>,
    /// Milliseconds until it is tried again, where it is.
    pub retry_in_ms: Option<u64>,
}

impl DeliveryAttempt {
    /// Whether the receiver answered 2xx.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// The attempts, the oldest first.
#[derive(Default)]
pub(crate) struct Attempts(VecDeque<DeliveryAttempt>);

impl Attempts {
    pub(crate) fn push(&mut self, attempt: DeliveryAttempt) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(attempt);
    }

    pub(crate) fn all(&mut self) -> &[DeliveryAttempt] {
        self.0.make_contiguous()
    }
}
