//! How long the other side asks to be left alone.

use std::time::Duration;

use bellhop_workflow::time::Timestamp;
use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};

/// The wait that an answer asks for, where it does: on 429 `reset` of the `RateLimit` header, as Close sends it
/// (`limit=100, remaining=0, reset=1.5`, seconds, finer than the other); else `Retry-After` (RFC 9110 section 10.2.3),
/// seconds or a date.
pub(super) fn asked_for(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let reset = if status == StatusCode::TOO_MANY_REQUESTS { rate_limit_reset(headers) } else { None };
    reset.or_else(|| retry_after(headers, now))
}

fn rate_limit_reset(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("ratelimit")?.to_str().ok()?;
    text.split(',').find_map(|part| part.trim().strip_prefix("reset=")).and_then(seconds)
}

fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    seconds(text).or_else(|| {
        let date = jiff::fmt::rfc2822::parse(text).ok()?;
        Some(Timestamp::from_micros(date.timestamp().as_microsecond()).since(now))
    })
}

/// Seconds, also with a fraction; `None` for what is no length of time.
fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.trim().parse().ok()?).ok()
}
