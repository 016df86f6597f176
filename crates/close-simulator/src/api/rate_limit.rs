//! Rate limits: <https://developer.close.com/topics/rate-limits>. Counted per key and group of endpoints (method and
//! path); the organization may three times what one key may.

use std::collections::HashMap;
use std::time::Duration;

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderValue};
use jiff::{SignedDuration, Timestamp};

use crate::config::RateLimit;

/// How much more all keys together may than one.
const ORGANIZATIONS_SHARE: u32 = 3;

/// What is left to a key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Allowance {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    /// Seconds until all of it is there again.
    pub(crate) reset_seconds: f64,
    pub(crate) exceeded: bool,
}

impl Allowance {
    /// Nothing left for so many seconds.
    pub(crate) fn nothing_for(reset_seconds: f64) -> Self {
        Self { limit: 20, remaining: 0, reset_seconds, exceeded: true }
    }

    /// Writes `RateLimit`, and `retry-after` where nothing is left.
    pub(crate) fn describe(&self, headers: &mut HeaderMap) {
        let text =
            format!("limit={}, remaining={}, reset={:.3}", self.limit, self.remaining, self.reset_seconds);
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert("ratelimit", value);
        }
        if self.exceeded {
            // Whole seconds, and never too early.
            if let Ok(value) = HeaderValue::try_from(format!("{:.0}", self.reset_seconds.ceil())) {
                headers.insert(RETRY_AFTER, value);
            }
        }
    }
}

/// Counts calls in windows that begin with the first call.
#[derive(Debug, Default)]
pub(crate) struct Meters(HashMap<(Option<usize>, String), Window>);

#[derive(Debug)]
struct Window {
    began: Timestamp,
    used: u32,
}

impl Meters {
    /// Counts a call of `key` to `group`.
    pub(crate) fn count(&mut self, rate: RateLimit, key: usize, group: &str, now: Timestamp) -> Allowance {
        let of_all = self.count_one(rate, None, group, rate.limit.saturating_mul(ORGANIZATIONS_SHARE), now);
        let of_key = self.count_one(rate, Some(key), group, rate.limit, now);
        if of_all.exceeded { of_all } else { of_key }
    }

    fn count_one(
        &mut self,
        rate: RateLimit,
        key: Option<usize>,
        group: &str,
        limit: u32,
        now: Timestamp,
    ) -> Allowance {
        let length = SignedDuration::try_from(rate.window).unwrap_or(SignedDuration::MAX);
        let window = self.0.entry((key, group.to_owned())).or_insert(Window { began: now, used: 0 });
        let mut age = now.duration_since(window.began);
        if age >= length {
            *window = Window { began: now, used: 0 };
            age = SignedDuration::ZERO;
        }
        let exceeded = window.used >= limit;
        window.used = window.used.saturating_add(1);
        let left = Duration::try_from(length - age).unwrap_or_default();
        Allowance {
            limit,
            remaining: limit.saturating_sub(window.used),
            reset_seconds: left.as_secs_f64(),
            exceeded,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: RateLimit = RateLimit { limit: 2, window: Duration::from_secs(1) };

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_772_442_014_000 + millis).unwrap()
    }

    #[test]
    fn a_key_has_its_limit_in_each_window() {
        let mut meters = Meters::default();
        assert_eq!(meters.count(RATE, 0, "GET /me", at(0)).remaining, 1);
        assert!(!meters.count(RATE, 0, "GET /me", at(10)).exceeded);
        let third = meters.count(RATE, 0, "GET /me", at(400));
        assert!(third.exceeded);
        assert!((third.reset_seconds - 0.6).abs() < 1e-9, "{third:?}");
        assert!(!meters.count(RATE, 0, "POST /webhook", at(400)).exceeded, "another group has its own");
        assert!(!meters.count(RATE, 0, "GET /me", at(1000)).exceeded, "a new window begins");
    }

    #[test]
    fn the_organization_has_three_times_the_limit_of_a_key() {
        let mut meters = Meters::default();
        let exceeded: Vec<bool> =
            (0..7).map(|call| meters.count(RATE, call % 4, "GET /me", at(0)).exceeded).collect();
        assert_eq!(exceeded, [false, false, false, false, false, false, true]);
    }
}
