//! Waiting for what must come, without guessing how long that takes.

use std::time::Duration;

/// Far longer than anything takes, so that only what never comes fails; shorter than the 30 s after which an attempt is
/// given up, which must not look like the answer to a story.
const DEADLINE: Duration = Duration::from_secs(20);

/// Between two looks.
const PACE: Duration = Duration::from_millis(5);

/// Looks until there is something to see.
pub(crate) async fn eventually<T, F: Future<Output = Option<T>>>(
    what: &str,
    mut look: impl FnMut() -> F,
) -> T {
    let seen = async {
        loop {
            if let Some(seen) = look().await {
                return seen;
            }
            tokio::time::sleep(PACE).await;
        }
    };
    in_time(what, seen).await
}

/// Looks until it is so.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    eventually(what, || std::future::ready(is_so().then_some(()))).await;
}

/// What comes of it, which must not take for ever.
pub(crate) async fn in_time<T>(what: &str, future: impl Future<Output = T>) -> T {
    let outcome = tokio::time::timeout(DEADLINE, future).await;
    outcome.unwrap_or_else(|_| panic!("still waiting for {what} after {DEADLINE:?}"))
}
