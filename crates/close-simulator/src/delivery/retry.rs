//! When a delivery that failed is tried again.

use std::time::Duration;

/// Exponential back-off: `first`, then `factor` times as long each time up to `cap`, until `give_up` has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The wait after the first failure.
    pub first: Duration,
    /// By how much each wait is longer than the one before.
    pub factor: u32,
    /// The longest wait.
    pub cap: Duration,
    /// How long after the first attempt the last one may be. As long without any success, the subscription is paused.
    pub give_up: Duration,
}

impl Default for RetryPolicy {
    /// Close's: waits grow to 20 minutes, and end after 72 hours. The first wait is not documented; 10 s is ours.
    fn default() -> Self {
        Self {
            first: Duration::from_secs(10),
            factor: 2,
            cap: Duration::from_mins(20),
            give_up: Duration::from_hours(72),
        }
    }
}

impl RetryPolicy {
    /// The wait after attempt number `attempt` (counted from 1) failed.
    #[must_use]
    pub fn wait_after(&self, attempt: u32) -> Duration {
        let grown = self.factor.saturating_pow(attempt.saturating_sub(1));
        self.first.saturating_mul(grown).min(self.cap)
    }

    /// The same policy, `scale` times as fast.
    #[must_use]
    pub fn faster(self, scale: u32) -> Self {
        let scale = scale.max(1);
        Self { first: self.first / scale, cap: self.cap / scale, give_up: self.give_up / scale, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_twenty_minutes() {
        let policy = RetryPolicy::default();
        let waits: Vec<u64> = (1..=9).map(|attempt| policy.wait_after(attempt).as_secs()).collect();
        assert_eq!(waits, [10, 20, 40, 80, 160, 320, 640, 1200, 1200]);
        assert_eq!(policy.wait_after(u32::MAX), policy.cap);
    }

    #[test]
    fn a_faster_policy_keeps_its_form() {
        let policy = RetryPolicy::default().faster(200);
        assert_eq!(policy.wait_after(1), Duration::from_millis(50));
        assert_eq!(policy.wait_after(20), Duration::from_secs(6));
    }
}
