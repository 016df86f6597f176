//! Forged deliveries beside genuine ones: what they cost those, and what they leave on the disk.

use std::time::Duration;

use super::{Bench, USUAL, mebibytes};
use crate::error::BenchError;
use crate::figures::{Goal, Unit, number};
use crate::load::{Load, Pace, Signing, Target};
use crate::report::say;
use crate::server::Standing;
use crate::workflows::Measured;

const GROUP: &str = "forged";

/// Genuine deliveries a second, whatever else comes.
const GENUINE: f64 = 500.0;

/// How many connections forged ones come over.
const FORGERS: usize = 16;

/// What was measured of the genuine ones, and what came beside.
struct Measure {
    p50: f64,
    p99: f64,
    forged: u64,
}

pub(super) async fn measure(bench: &mut Bench<'_>) -> Result<(), BenchError> {
    say(&format!("forged, {GENUINE:.0} genuine/s alone"));
    let alone = genuine(bench, None).await?;
    let rate = number(bench.scale.forged) / bench.scale.window.as_secs_f64();
    say(&format!("forged, {GENUINE:.0} genuine/s beside {rate:.0} forged/s"));
    let beside = genuine(bench, Some(rate)).await?;
    let name = |what: &str, which: &str| format!("{what}, {GENUINE:.0}/s genuine, {which}");
    for (which, measured) in [("alone", &alone), ("beside forged", &beside)] {
        bench.figures.add(GROUP, name("latency p50", which), measured.p50, Unit::Milliseconds);
        bench.figures.add(GROUP, name("latency p99", which), measured.p99, Unit::Milliseconds);
    }
    let slower = beside.p99 / alone.p99.max(f64::MIN_POSITIVE);
    let goal = Goal::AtMost(2.0);
    bench.figures.hold(GROUP, "p99 beside forged over alone", (slower, Unit::Times), goal);
    bench.figures.add(GROUP, "forged answered beside", number(beside.forged), Unit::Count);

    say(&format!("forged, what {} leave", bench.scale.forged));
    let (forged, grown) = left(bench).await?;
    bench.figures.add(GROUP, "forged answered alone", number(forged), Unit::Count);
    let grown = (mebibytes(grown / 1_024), Unit::Mebibytes);
    bench.figures.hold(GROUP, "growth of the database by them", grown, Goal::AtMost(1.0));
    Ok(())
}

/// Genuine deliveries at their rate, with so many forged ones a second beside.
async fn genuine(bench: &mut Bench<'_>, forged: Option<f64>) -> Result<Measure, BenchError> {
    let scene = bench.stage.open(&Measured::pure(1)).await?;
    let process = scene.server.process()?;
    let begun = scene.database.standing().await?;
    let load = Load::start(&scene.target, USUAL, Pace::open(GENUINE)).await?;
    load.measure(bench.scale.warm_up).await?;
    let forgers = match forged {
        Some(rate) => Some(Load::start(&forging(&scene.target), FORGERS, Pace::open(rate)).await?),
        None => None,
    };
    let window = load.measure(bench.scale.window).await?;
    let forged = match forgers {
        Some(forgers) => forgers.stop().await?,
        None => 0,
    };
    let acknowledged = load.stop().await?;
    scene.settle(begun, acknowledged).await?;
    bench.saw(process.usage()?);
    scene.strike().await?;
    let latencies = window.tally.latencies();
    Ok(Measure { p50: latencies.p50, p99: latencies.p99, forged })
}

/// How many forged deliveries came to a server that nothing else comes to, and by how many bytes its database has grown.
async fn left(bench: &mut Bench<'_>) -> Result<(u64, u64), BenchError> {
    let scene = bench.stage.open(&Measured::pure(1)).await?;
    let before = scene.database.bytes().await?;
    let load = Load::start(&forging(&scene.target), FORGERS, Pace::Closed).await?;
    let mut forged = 0;
    while forged < bench.scale.forged {
        forged += load.measure(Duration::from_millis(100)).await?.tally.count();
    }
    let answered = load.stop().await?;
    // Whoever reads the log has it written first.
    scene.rest.get("/deliveries?outcome=rejected&limit=1").await?;
    let grown = scene.database.bytes().await?.saturating_sub(before);
    scene.settle(Standing { started: 0, unfinished: 0 }, 0).await?;
    scene.strike().await?;
    Ok((answered, grown))
}

fn forging(target: &Target) -> Target {
    Target { signing: Signing::Forged, ..target.clone() }
}
