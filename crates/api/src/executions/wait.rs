//! Waiting for an execution to end.

use std::time::Duration;

use bellhop_storage::{ExecutionRow, Store};
use bellhop_workflow::ids::ExecutionId;
use tokio::time::Instant;

use crate::extract::{FromParameters, Parameters};
use crate::problem::Problem;

/// The longest that a caller may wait.
const LONGEST: Duration = Duration::from_mins(1);

/// How often to look, because an execution may end on another node, which nobody here is told of.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How long the caller wants to wait; not at all where it does not say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wait(Duration);

impl FromParameters for Wait {
    const NAMES: &'static [&'static str] = &["wait"];

    fn read(parameters: &Parameters) -> Result<Self, Problem> {
        let wait = parameters.value(
            "wait",
            |text| duration(text).filter(|wait| *wait <= LONGEST),
            "a duration such as `10s`, at most `60s`",
        )?;
        Ok(Self(wait.unwrap_or_default()))
    }
}

/// Reads `500ms`, `10s` or `1m`.
fn duration(text: &str) -> Option<Duration> {
    let unit = text.find(|character: char| !character.is_ascii_digit())?;
    let number: u64 = text[..unit].parse().ok()?;
    match &text[unit..] {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => number.checked_mul(60).map(Duration::from_secs),
        _ => None,
    }
}

/// The execution is not there, although it was just written.
#[derive(Debug, thiserror::Error)]
#[error("the execution {0} is gone")]
struct Gone(ExecutionId);

/// The execution, as soon as it has ended, or as it stands when the time is up.
pub(crate) async fn finished_or(store: &Store, id: ExecutionId, wait: Wait) -> Result<ExecutionRow, Problem> {
    let deadline = Instant::now() + wait.0;
    // Made before the first look: what ends after it wakes the wait below.
    let mut finished = store.finished();
    loop {
        let row = store.execution(id).await?.ok_or_else(|| Problem::internal(Gone(id)))?;
        let now = Instant::now();
        if row.status.is_final() || now >= deadline {
            return Ok(row);
        }
        let look = deadline.min(now + LOOK_EVERY);
        tokio::select! {
            () = tokio::time::sleep_until(look) => {}
            () = finished.wait() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("10s", Some(10_000))]
    #[case("250ms", Some(250))]
    #[case("1m", Some(60_000))]
    #[case("10", None)]
    #[case("-1s", None)]
    #[case("s", None)]
    #[case("99999999999999999999s", None)]
    #[case("999999999999999999m", None)]
    fn durations_are_read(#[case] text: &str, #[case] millis: Option<u64>) {
        assert_eq!(duration(text), millis.map(Duration::from_millis));
    }
}
