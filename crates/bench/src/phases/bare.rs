//! The bare server: what a signed delivery costs at least on this machine.

use super::{Bench, USUAL};
use crate::error::BenchError;
use crate::figures::Unit;
use crate::load::{Latencies, Load, Pace, Window};
use crate::report::say;

const GROUP: &str = "bare server";

/// At each number of connections; the rate at the usual one.
pub(super) async fn all(bench: &mut Bench<'_>) -> Result<f64, BenchError> {
    let mut usual = 0.0;
    for connections in bench.scale.connections.clone() {
        say(&format!("bare server, {connections} connections"));
        let window = measure(bench, connections, Pace::Closed).await?;
        let rate = window.rate();
        if connections == USUAL {
            usual = rate;
        }
        bench.figures.add(GROUP, format!("answers/s, {connections} connections"), rate, Unit::PerSecond);
        let Latencies { p50, p99, .. } = window.tally.latencies();
        bench.figures.add(GROUP, format!("latency p50, {connections} connections"), p50, Unit::Milliseconds);
        bench.figures.add(GROUP, format!("latency p99, {connections} connections"), p99, Unit::Milliseconds);
    }
    Ok(usual)
}

/// At the usual number of connections, once more.
pub(super) async fn again(bench: &mut Bench<'_>) -> Result<f64, BenchError> {
    say("bare server, once more");
    let rate = measure(bench, USUAL, Pace::Closed).await?.rate();
    bench.figures.add(GROUP, format!("answers/s, {USUAL} connections, at the end"), rate, Unit::PerSecond);
    Ok(rate)
}

/// With an open loop of this rate, for what the generator itself and the machine take.
pub(super) async fn open(bench: &mut Bench<'_>, rate: f64) -> Result<(), BenchError> {
    let Latencies { p50, p99, .. } = measure(bench, USUAL, Pace::open(rate)).await?.tally.latencies();
    bench.figures.add(GROUP, format!("latency p50, open loop, {rate:.0}/s"), p50, Unit::Milliseconds);
    bench.figures.add(GROUP, format!("latency p99, open loop, {rate:.0}/s"), p99, Unit::Milliseconds);
    Ok(())
}

async fn measure(bench: &Bench<'_>, connections: usize, pace: Pace) -> Result<Window, BenchError> {
    let load = Load::start(&bench.yardstick.target()?, connections, pace).await?;
    load.measure(bench.scale.warm_up).await?;
    let window = load.measure(bench.scale.window).await?;
    load.stop().await?;
    Ok(window)
}
