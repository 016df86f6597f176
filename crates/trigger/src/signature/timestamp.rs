//! The sender's clock, as a delivery says it.

use std::time::Duration;

use bellhop_workflow::time::Timestamp;

use super::{Unit, VerifyError};

/// Checks that `text` is a time at most `tolerance` away from `now` on either side.
pub(super) fn check_fresh(
    text: &str,
    unit: Unit,
    now: Timestamp,
    tolerance: Duration,
) -> Result<(), VerifyError> {
    let sent = match unit {
        Unit::Seconds => whole_number(text).map(Timestamp::from_seconds),
        Unit::Milliseconds => whole_number(text)
            .and_then(|milliseconds| milliseconds.checked_mul(1_000))
            .map(Timestamp::from_micros),
        Unit::Rfc3339 => Timestamp::parse(text).ok(),
    };
    let sent = sent.ok_or(VerifyError::MalformedTimestamp)?;
    let skew = now.since(sent).max(sent.since(now));
    if skew > tolerance { Err(VerifyError::Stale { skew, tolerance }) } else { Ok(()) }
}

/// Digits and nothing else: not even a sign.
fn whole_number(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}
