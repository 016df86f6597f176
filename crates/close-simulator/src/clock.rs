//! The time, passed in, and the two ways in which Close writes it.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

/// Where the simulator takes the time from: it decides dates in objects and events, signatures' timestamps and the
/// windows of the rate limit. Waits between attempts are the runtime's own timers and do not follow it.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one place that asks the machine for the time"
        )]
        Self::new(Timestamp::now)
    }

    /// A clock that a test moves.
    #[must_use]
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// As Close writes dates in objects: `2026-03-02T09:15:04.120000+00:00`.
pub(crate) fn with_offset(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()
}

/// As Close writes dates in events: `2026-03-02T09:20:11.004000`, with no offset.
pub(crate) fn without_offset(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.6f").to_string()
}

/// Reads either of the two, and RFC 3339.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    text.parse().or_else(|_| format!("{text}Z").parse()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_in_both_of_closes_forms_and_read_back() {
        let instant: Timestamp = "2026-03-02T09:20:11.004Z".parse().unwrap();
        assert_eq!(with_offset(instant), "2026-03-02T09:20:11.004000+00:00");
        assert_eq!(without_offset(instant), "2026-03-02T09:20:11.004000");
        assert_eq!(read(&with_offset(instant)), Some(instant));
        assert_eq!(read(&without_offset(instant)), Some(instant));
        assert_eq!(read("yesterday"), None);
    }
}
