//! How long Close wants to be left alone: <https://developer.close.com/topics/rate-limits/>.

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

fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.trim().parse().ok()?).ok()
}
