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

/// How long until there is something left again, where the `RateLimit` header of an answer says that nothing is.
pub(super) fn used_up(headers: &HeaderMap) -> Option<Duration> {
    let left: f64 = rate_limit(headers, "remaining=")?.trim().parse().ok()?;
    if left < 1.0 { rate_limit_reset(headers) } else { None }
}

fn rate_limit_reset(headers: &HeaderMap) -> Option<Duration> {
    rate_limit(headers, "reset=").and_then(seconds)
}

fn rate_limit<'a>(headers: &'a HeaderMap, key: &str) -> Option<&'a str> {
    let text = headers.get("ratelimit")?.to_str().ok()?;
    text.split(',').find_map(|part| part.trim().strip_prefix(key))
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
