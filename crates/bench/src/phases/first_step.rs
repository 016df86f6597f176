//! How long an idle server takes from a delivery to the first step of its execution, as its own history tells it.

use std::time::Duration;

use bellhop_workflow::time::Timestamp;
use serde_json::Value;

use super::Bench;
use crate::error::BenchError;
use crate::figures::{Goal, Unit};
use crate::load::{Load, Pace, Tally};
use crate::report::say;
use crate::server::{Rest, Standing};
use crate::workflows::Measured;

const GROUP: &str = "idle server";
/// Few enough a second that each finds the server idle.
const RATE: f64 = 20.0;

pub(super) async fn measure(bench: &mut Bench<'_>) -> Result<(), BenchError> {
    let probes = bench.scale.probes;
    say(&format!("idle server, {probes} single deliveries"));
    let scene = bench.stage.open(&Measured::pure(3)).await?;
    let load = Load::start(&scene.target, 1, Pace::open(RATE)).await?;
    let window = load.measure(Duration::from_secs_f64(f64::from(probes) / RATE)).await?;
    let acknowledged = load.stop().await?;
    scene.settle(Standing { started: 0, unfinished: 0 }, acknowledged).await?;

    let waits = waits(&scene.rest, acknowledged).await?.latencies();
    let goal = Goal::AtMost(3.0);
    bench.figures.hold(GROUP, "delivery to first step, p50", (waits.p50, Unit::Milliseconds), goal);
    bench.figures.add(GROUP, "delivery to first step, p99", waits.p99, Unit::Milliseconds);
    bench.figures.add(GROUP, "ack, p50", window.tally.latencies().p50, Unit::Milliseconds);
    scene.strike().await
}

/// From each execution's delivery to its first step.
async fn waits(rest: &Rest, count: u64) -> Result<Tally, BenchError> {
    let mut tally = Tally::new();
    let mut cursor = String::new();
    while tally.count() < count {
        let page = rest.get(&format!("/executions?limit=200{cursor}")).await?;
        for item in page["items"].as_array().into_iter().flatten() {
            let id = item["id"].as_str().unwrap_or_default();
            let execution = rest.get(&format!("/executions/{id}")).await?;
            let wait = wait(&execution);
            tally.add(wait.ok_or_else(|| BenchError::Wrong(format!("no first step in {execution}")))?);
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    Ok(tally)
}

/// An execution is recorded with the instant that its delivery came in.
fn wait(execution: &Value) -> Option<Duration> {
    let at = |value: &Value| Timestamp::parse(value.as_str()?).ok();
    Some(at(&execution["steps"][0]["started_at"])?.since(at(&execution["created_at"])?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_wait_is_from_the_record_to_the_first_step() {
        let execution = json!({
            "created_at": "2026-03-02T09:00:14.000123Z",
            "steps": [{ "started_at": "2026-03-02T09:00:14.001623Z" }, { "started_at": null }],
        });
        assert_eq!(wait(&execution), Some(Duration::from_micros(1_500)));
        assert_eq!(wait(&json!({ "created_at": "2026-03-02T09:00:14.000123Z", "steps": [] })), None);
    }
}
