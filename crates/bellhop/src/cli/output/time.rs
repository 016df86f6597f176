//! Instants and durations, as a person says them.

use std::time::Duration;

use bellhop_workflow::time::Timestamp;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// From here on a date says more than a number of days.
const MONTH: Duration = Duration::from_secs(30 * DAY);

/// How long ago `then` was; its date where that was more than a month ago.
#[must_use]
pub fn ago(then: Timestamp, now: Timestamp) -> String {
    if then > now {
        // Two machines' clocks are never quite the same.
        let ahead = then.since(now);
        return if ahead < Duration::from_secs(2) {
            "just now".to_owned()
        } else {
            format!("in {}", coarse(ahead))
        };
    }
    let past = now.since(then);
    match past.as_secs() {
        0 => "just now".to_owned(),
        _ if past >= MONTH => format_with(then, "%Y-%m-%d"),
        _ => format!("{} ago", coarse(past)),
    }
}

/// The instant itself, and how long ago that was unless its date says enough.
#[must_use]
pub fn in_full(then: Timestamp, now: Timestamp) -> String {
    if now.since(then) >= MONTH {
        return absolute(then);
    }
    format!("{} ({})", absolute(then), ago(then, now))
}

/// The instant itself, in whole seconds.
#[must_use]
pub fn absolute(instant: Timestamp) -> String {
    format_with(instant, "%Y-%m-%d %H:%M:%S UTC")
}

/// The time of day to the millisecond.
#[must_use]
pub fn of_day(instant: Timestamp) -> String {
    format_with(instant, "%H:%M:%S%.3f")
}

/// How long something took.
#[must_use]
pub fn took(duration: Duration) -> String {
    match duration.as_millis() {
        millis @ 0..1_000 => format!("{millis} ms"),
        millis @ 1_000..60_000 => format!("{}.{} s", millis / 1_000, millis % 1_000 / 100),
        _ => fine(duration.as_secs()),
    }
}

fn fine(seconds: u64) -> String {
    let (large, small, units) = match seconds {
        0..HOUR => (seconds / MINUTE, seconds % MINUTE, ["min", "s"]),
        HOUR..DAY => (seconds / HOUR, seconds % HOUR / MINUTE, ["h", "min"]),
        DAY.. => (seconds / DAY, seconds % DAY / HOUR, ["d", "h"]),
    };
    if small == 0 {
        format!("{large} {}", units[0])
    } else {
        format!("{large} {} {small} {}", units[0], units[1])
    }
}

fn coarse(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ 0..MINUTE => format!("{seconds} s"),
        seconds @ MINUTE..HOUR => format!("{} min", seconds / MINUTE),
        seconds @ HOUR..DAY => format!("{} h", seconds / HOUR),
        seconds @ DAY.. => format!("{} d", seconds / DAY),
    }
}

fn format_with(instant: Timestamp, format: &str) -> String {
    jiff::Timestamp::from_microsecond(instant.as_micros())
        .map_or_else(|_| instant.to_string(), |instant| instant.strftime(format).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_past_is_told_in_one_unit() {
        let now = Timestamp::parse("2026-03-02T09:00:00Z").unwrap();
        let said = |text| ago(Timestamp::parse(text).unwrap(), now);
        assert_eq!(said("2026-03-02T08:59:59.5Z"), "just now");
        assert_eq!(said("2026-03-02T08:59:01Z"), "59 s ago");
        assert_eq!(said("2026-03-02T08:00:01Z"), "59 min ago");
        assert_eq!(said("2026-03-01T09:00:01Z"), "23 h ago");
        assert_eq!(said("2026-02-01T09:00:00Z"), "29 d ago");
        assert_eq!(said("2026-01-01T09:00:00Z"), "2026-01-01");
        assert_eq!(said("2026-03-02T09:00:01Z"), "just now");
        assert_eq!(said("2026-03-02T10:00:00Z"), "in 1 h");
    }

    #[test]
    fn durations_have_as_much_detail_as_helps() {
        let said = |millis| took(Duration::from_millis(millis));
        assert_eq!(said(0), "0 ms");
        assert_eq!(said(999), "999 ms");
        assert_eq!(said(1_449), "1.4 s");
        assert_eq!(said(125_000), "2 min 5 s");
        assert_eq!(said(3_600_000), "1 h");
        assert_eq!(said(90_061_000), "1 d 1 h");
    }

    #[test]
    fn an_instant_is_told_with_its_distance() {
        let then = Timestamp::parse("2026-03-02T09:00:14.9Z").unwrap();
        let now = Timestamp::parse("2026-03-02T09:05:20Z").unwrap();
        assert_eq!(in_full(then, now), "2026-03-02 09:00:14 UTC (5 min ago)");
        let later = Timestamp::parse("2026-05-02T09:05:20Z").unwrap();
        assert_eq!(in_full(then, later), "2026-03-02 09:00:14 UTC");
        assert_eq!(of_day(then), "09:00:14.900");
    }
}
