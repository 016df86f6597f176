//! What a long history costs: the start with it, and executions with it.

mod fill;

use super::executions::sustained;
use super::{Bench, start};
use crate::error::BenchError;
use crate::figures::{Goal, Unit, number};
use crate::load::{Load, Pace};
use crate::report::say;
use crate::server::Standing;
use crate::stage::Scene;
use crate::workflows::Measured;

const GROUP: &str = "history";
/// What a long history is held against.
const SHORT: u64 = 10_000;

pub(super) async fn measure(bench: &mut Bench<'_>, long: u64) -> Result<(), BenchError> {
    let few = SHORT.min(long);
    let mut scene = bench.stage.open(&Measured::pure(3)).await?;
    deliver_one(&scene).await?;

    scene = lengthen(scene, few).await?;
    say(&format!("executions, with {few} before them"));
    let short = sustained(&scene, bench.scale.warm_up, bench.scale.window).await?;
    scene = lengthen(scene, long).await?;
    say(&format!("start, with {long} executions"));
    let (scene, started) = start::again(bench, scene).await?;
    say(&format!("executions, with {long} before them"));
    let reached = sustained(&scene, bench.scale.warm_up, bench.scale.window).await?;
    let bytes = scene.database.bytes().await?;
    bench.saw(scene.server.process()?.usage()?);
    scene.strike().await?;

    let figures = &mut bench.figures;
    let goal = Goal::AtMost(300.0);
    let start = (started, Unit::Milliseconds);
    figures.hold(GROUP, format!("start to first answer, {long} executions"), start, goal);
    figures.add(GROUP, format!("executions/s with {few} before them"), short.rate, Unit::PerSecond);
    figures.add(GROUP, format!("executions/s with {long} before them"), reached.rate, Unit::PerSecond);
    let cost = (short.rate / reached.rate, Unit::Times);
    figures.hold(GROUP, format!("cost of an execution, {long} over {few}"), cost, Goal::AtMost(1.3));
    figures.add(GROUP, "CPU of an execution, the same", reached.cpu / short.cpu, Unit::Times);
    figures.add(GROUP, "database", number(bytes) / 1_048_576.0, Unit::Mebibytes);
    Ok(())
}

/// The execution that all others of the history are made after.
async fn deliver_one(scene: &Scene) -> Result<(), BenchError> {
    let load = Load::start(&scene.target, 1, Pace::open(1.0)).await?;
    load.measure(std::time::Duration::from_millis(100)).await?;
    let acknowledged = load.stop().await?;
    scene.settle(Standing { started: 0, unfinished: 0 }, acknowledged).await
}

/// Fills the history up to so many executions while the server is away.
async fn lengthen(scene: Scene, until: u64) -> Result<Scene, BenchError> {
    let missing = until.saturating_sub(scene.database.standing().await?.started);
    let (site, target) = scene.stop().await?;
    say(&format!("preparing {missing} executions"));
    fill::fill(&site.data_dir, missing).await?;
    Scene::reopen(site, target).await
}
