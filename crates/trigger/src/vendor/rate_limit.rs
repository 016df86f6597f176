//! Whether a vendor had too many calls, and how long it wants to be left alone.
//!
//! - Close: <https://developer.close.com/topics/rate-limits/>
//! - GitHub, which says it with 403: <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>

use std::time::Duration;

use http::HeaderMap;

/// The wait that an answer asks for: `reset` of `RateLimit: limit=100, remaining=0, reset=1.5`, as it is the finer one,
/// else `retry-after` in seconds; none where neither can be read.
pub(super) fn wait(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let reset = text("ratelimit").and_then(|limits| {
        limits.split(',').find_map(|part| part.trim().strip_prefix("reset=").and_then(seconds))
    });
    reset.or_else(|| text("retry-after").and_then(seconds))
}

/// Whether an answer says that there were too many calls: 429, or a 403 that says so in a header.
pub(super) fn is_limit(status: u16, headers: &HeaderMap) -> bool {
    let none_left = headers.get("x-ratelimit-remaining").is_some_and(|left| left == "0");
    status == 429 || (status == 403 && (none_left || headers.contains_key("retry-after")))
}

fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.trim().parse().ok()?).ok()
}
