//! How long a start takes, and what an idle server holds.

use std::time::Duration;

use super::{Bench, mebibytes};
use crate::error::BenchError;
use crate::figures::{Goal, Unit, median};
use crate::report::say;
use crate::stage::Scene;
use crate::workflows::Measured;

const GROUP: &str = "start and rest";

pub(super) async fn measure(bench: &mut Bench<'_>) -> Result<(), BenchError> {
    say("start, fresh database");
    let mut times = Vec::new();
    for _ in 1..bench.scale.starts {
        let scene = bench.stage.open(&Measured::pure(1)).await?;
        times.push(milliseconds(scene.server.started_in()));
        scene.strike().await?;
    }
    let scene = bench.stage.open(&Measured::pure(1)).await?;
    times.push(milliseconds(scene.server.started_in()));
    if let Some(median) = median(times) {
        bench.figures.add(GROUP, "start to first answer, fresh database", median, Unit::Milliseconds);
    }
    tokio::time::sleep(bench.scale.rest).await;
    let usage = scene.server.process()?.usage()?;
    let idle = (mebibytes(usage.resident), Unit::Mebibytes);
    bench.figures.hold("memory", "resident, idle", idle, Goal::AtMost(25.0));
    scene.strike().await
}

/// Stops and starts a server again and again; it runs at the end, and the median of the times in milliseconds.
pub(super) async fn again(bench: &Bench<'_>, mut scene: Scene) -> Result<(Scene, f64), BenchError> {
    let mut times = Vec::new();
    for _ in 0..bench.scale.starts {
        let (site, target) = scene.stop().await?;
        scene = Scene::reopen(site, target).await?;
        times.push(milliseconds(scene.server.started_in()));
    }
    Ok((scene, median(times).unwrap_or(f64::NAN)))
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
