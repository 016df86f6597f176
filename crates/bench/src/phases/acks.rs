//! Verified, durable acknowledgements: how many, and how long each takes. The executions that they start run beside.

use super::{Bench, USUAL, bare};
use crate::error::BenchError;
use crate::figures::{Goal, Unit, number};
use crate::load::{Latencies, Load, Pace, Window};
use crate::report::say;
use crate::workflows::Measured;

const GROUP: &str = "acks";

pub(super) async fn measure(bench: &mut Bench<'_>) -> Result<(), BenchError> {
    let mut peak: f64 = 0.0;
    for connections in bench.scale.connections.clone() {
        say(&format!("acks, {connections} connections"));
        peak = peak.max(closed(bench, connections).await?);
    }
    let rate = (peak / 2.0).max(1.0);
    say(&format!("acks, open loop of {rate:.0}/s"));
    let latencies = run(bench, USUAL, Pace::open(rate)).await?.0.tally.latencies();
    let name = |quantile: &str| format!("latency {quantile}, open loop, {rate:.0}/s");
    bench.figures.add(GROUP, name("p50"), latencies.p50, Unit::Milliseconds);
    let goal = Goal::AtMost(10.0);
    bench.figures.hold(GROUP, name("p99"), (latencies.p99, Unit::Milliseconds), goal);
    bench.figures.add(GROUP, name("p99.9"), latencies.p999, Unit::Milliseconds);
    bench.figures.add(GROUP, name("max"), latencies.max, Unit::Milliseconds);
    bare::open(bench, rate).await
}

/// As fast as the answers come; the rate.
async fn closed(bench: &mut Bench<'_>, connections: usize) -> Result<f64, BenchError> {
    let (window, beside) = run(bench, connections, Pace::Closed).await?;
    let rate = window.rate();
    let name = |what: &str| format!("{what}, {connections} connections");
    if connections == USUAL {
        let goal = Goal::AtLeastOfBare(0.40);
        bench.figures.hold(GROUP, name("acks/s"), (rate, Unit::PerSecond), goal);
        let finished = beside.finished / window.elapsed.as_secs_f64();
        bench.figures.add(GROUP, name("executions/s finished beside"), finished, Unit::PerSecond);
        let cpu = beside.cpu / number(window.tally.count().max(1));
        bench.figures.add(GROUP, name("server's CPU per ack, with them"), cpu, Unit::Microseconds);
    } else {
        bench.figures.add(GROUP, name("acks/s"), rate, Unit::PerSecond);
    }
    let Latencies { p50, p90, p99, p999, max } = window.tally.latencies();
    for (quantile, value) in [("p50", p50), ("p90", p90), ("p99", p99), ("p99.9", p999), ("max", max)] {
        bench.figures.add(GROUP, name(&format!("latency {quantile}")), value, Unit::Milliseconds);
    }
    Ok(rate)
}

/// What the server did beside acknowledging, in the window.
struct Beside {
    /// Executions finished.
    finished: f64,
    /// Time on the processors, in microseconds.
    cpu: f64,
}

async fn run(bench: &mut Bench<'_>, connections: usize, pace: Pace) -> Result<(Window, Beside), BenchError> {
    let scene = bench.stage.open(&Measured::pure(1)).await?;
    let process = scene.server.process()?;
    let begun = scene.database.standing().await?;
    let load = Load::start(&scene.target, connections, pace).await?;
    load.measure(bench.scale.warm_up).await?;
    let (standing, usage) = (scene.database.standing().await?, process.usage()?);
    let window = load.measure(bench.scale.window).await?;
    let (later, used) = (scene.database.standing().await?, process.usage()?);
    let acknowledged = load.stop().await?;
    scene.settle(begun, acknowledged).await?;
    bench.saw(process.usage()?);
    scene.strike().await?;
    let finished = number(later.finished().saturating_sub(standing.finished()));
    let cpu = used.cpu.saturating_sub(usage.cpu).as_secs_f64() * 1e6;
    Ok((window, Beside { finished, cpu }))
}
