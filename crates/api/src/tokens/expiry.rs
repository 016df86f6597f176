//! When a token ends: at a time, or so long after it is made.

use std::time::Duration;

use bellhop_workflow::time::Timestamp;

/// The longest time that can be asked for.
const LONGEST: Duration = Duration::from_hours(24 * 3_660);

/// The end that is asked for, or what is wrong with it.
pub(super) fn end(
    after: Option<&str>,
    at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Option<Timestamp>, &'static str> {
    let end = match (after, at) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => return Err("give `expires_in` or `expires_at`, not both"),
        (None, Some(at)) => at,
        (Some(text), None) => {
            let after = duration(text).filter(|after| *after <= LONGEST);
            now.plus(after.ok_or(
                "`expires_in` is a number and a unit, such as `12h`, `30d` or `52w`, at most ten years",
            )?)
        }
    };
    if end > now { Ok(Some(end)) } else { Err("it would have expired already") }
}

/// Reads `30s`, `10m`, `12h`, `30d` or `52w`.
fn duration(text: &str) -> Option<Duration> {
    let unit = text.find(|character: char| !character.is_ascii_digit())?;
    let number: u64 = text[..unit].parse().ok()?;
    let seconds = match &text[unit..] {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    number.checked_mul(seconds).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_772_442_014);

    #[test]
    fn an_end_lies_ahead() {
        let in_a_day = NOW.plus(Duration::from_hours(24));
        assert_eq!(end(Some("1d"), None, NOW), Ok(Some(in_a_day)));
        assert_eq!(end(None, Some(in_a_day), NOW), Ok(Some(in_a_day)));
        assert_eq!(end(None, None, NOW), Ok(None));
        assert!(end(None, Some(NOW), NOW).is_err());
        assert!(end(Some("1d"), Some(in_a_day), NOW).is_err());
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in ["", "d", "1", "0d", "-1d", "1.5d", "1y", "4000d", "99999999999999999999d"] {
            assert!(end(Some(text), None, NOW).is_err(), "{text:?}");
        }
    }
}
