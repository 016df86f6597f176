//! How often, and after which pauses, a failed step is tried again.

use std::time::Duration;

/// A back-off that grows by a factor up to a limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Retry {
    /// Attempts in all, the first included; 1 means no retry.
    pub max_attempts: u32,
    /// The pause after the first failure.
    pub initial_interval: Duration,
    /// The longest pause.
    pub max_interval: Duration,
    /// How much longer each pause is than the one before.
    pub multiplier: f64,
}

impl Retry {
    /// One attempt, no retry.
    pub const NONE: Self = Self {
        max_attempts: 1,
        initial_interval: Duration::from_secs(1),
        max_interval: Duration::from_mins(1),
        multiplier: 2.0,
    };

    /// How long to wait after `failed` attempts before the next one; none where they are used up.
    #[must_use]
    pub fn pause_after(&self, failed: u32) -> Option<Duration> {
        if failed >= self.max_attempts {
            return None;
        }
        let exponent = i32::try_from(failed.saturating_sub(1)).unwrap_or(i32::MAX);
        let seconds = self.initial_interval.as_secs_f64() * self.multiplier.powi(exponent);
        let longest = self.max_interval.as_secs_f64();
        // A factor that overflowed to infinity means the longest pause, as any other that is too long does.
        Some(Duration::from_secs_f64(if seconds < longest { seconds } else { longest }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_the_limit_and_end_with_the_attempts() {
        let retry = Retry {
            max_attempts: 5,
            initial_interval: Duration::from_secs(1),
            max_interval: Duration::from_secs(5),
            multiplier: 2.0,
        };
        let pauses: Vec<_> = (1..=5).map(|failed| retry.pause_after(failed).map(|p| p.as_secs())).collect();
        assert_eq!(pauses, [Some(1), Some(2), Some(4), Some(5), None]);
    }

    #[test]
    fn a_factor_beyond_all_bounds_gives_the_longest_pause() {
        let retry = Retry { max_attempts: u32::MAX, multiplier: 1e300, ..Retry::NONE };
        assert_eq!(retry.pause_after(u32::MAX - 1), Some(Duration::from_mins(1)));
    }
}
