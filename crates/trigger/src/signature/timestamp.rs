//! The sender's clock, as a header says it.

use std::time::Duration;

use bellhop_workflow::time::Timestamp;

use super::VerifyError;

/// Checks that `text`, a decimal number of Unix seconds, is at most `tolerance` away from `now` on either side.
pub(super) fn check_fresh(text: &str, now: Timestamp, tolerance: Duration) -> Result<(), VerifyError> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: i64 =
        if digits { text.parse().ok() } else { None }.ok_or(VerifyError::MalformedTimestamp)?;
    let sent = Timestamp::from_seconds(seconds);
    let skew = now.since(sent).max(sent.since(now));
    if skew > tolerance { Err(VerifyError::Stale { skew, tolerance }) } else { Ok(()) }
}
