//! Executions to their end, from signed deliveries: as many as the server can keep up with.

use std::convert::Infallible;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::Bench;
use crate::error::BenchError;
use crate::figures::{Goal, Unit, number};
use crate::load::{Backlog, Load, Pace};
use crate::report::say;
use crate::server::{Database, Standing};
use crate::stage::Scene;
use crate::workflows::Measured;

const GROUP: &str = "executions";
/// How many executions may wait: the server is never without work, and the backlog does not grow.
const BACKLOG: u64 = 2_000;
/// How many connections bring them. An execution that has ended by the time its delivery is answered ties the rate to how soon
/// that is: with fewer, it is asked for no more than so many at once.
const CONNECTIONS: usize = 256;
/// How often it is looked how many are finished.
const LOOK: Duration = Duration::from_millis(50);

/// What was kept up in a window.
pub(super) struct Throughput {
    /// Executions finished a second.
    pub(super) rate: f64,
    /// The server's time on the processors for each, from the socket to the end, in microseconds.
    pub(super) cpu: f64,
    /// What waited as the window began and as it ended.
    backlog: (u64, u64),
}

pub(super) async fn measure(bench: &mut Bench<'_>) -> Result<(), BenchError> {
    let (window, sustained) = (bench.scale.window, bench.scale.sustained);
    let share = |least| Some(Goal::AtLeastOfBare(least));
    one(bench, "1 pure step", &Measured::pure(1), window, None).await?;
    one(bench, "3 pure steps", &Measured::pure(3), sustained, share(0.20)).await?;
    one(bench, "10 pure steps", &Measured::pure(10), window, None).await?;
    let http = Measured::http(&bench.yardstick.effect_url());
    one(bench, "1 HTTP step", &http, window, None).await?;
    one(bench, "3 journalled effects", &Measured::effects(3), window, share(0.08)).await
}

async fn one(
    bench: &mut Bench<'_>,
    what: &str,
    workflow: &Measured,
    window: Duration,
    goal: Option<Goal>,
) -> Result<(), BenchError> {
    say(&format!("executions, {what}, for {window:?}"));
    let scene = bench.stage.open(workflow).await?;
    let (bytes, before) = (scene.database.bytes().await?, scene.database.standing().await?);
    let reached = sustained(&scene, bench.scale.warm_up, window).await?;
    let executions = scene.database.standing().await?.finished() - before.finished();
    let bytes = number(scene.database.bytes().await? - bytes) / number(executions.max(1));
    bench.saw(scene.server.process()?.usage()?);
    scene.strike().await?;

    let rate = (reached.rate, Unit::PerSecond);
    match goal {
        Some(goal) => bench.figures.hold(GROUP, format!("executions/s, {what}"), rate, goal),
        None => bench.figures.add(GROUP, format!("executions/s, {what}"), rate.0, rate.1),
    }
    bench.figures.add(GROUP, format!("CPU per execution, {what}"), reached.cpu, Unit::Microseconds);
    if workflow == &Measured::pure(3) {
        let (begin, end) = reached.backlog;
        bench.figures.add(GROUP, format!("backlog at the beginning, {what}"), number(begin), Unit::Count);
        bench.figures.add(GROUP, format!("backlog at the end, {what}"), number(end), Unit::Count);
        let goal = Goal::AtMost(3_072.0);
        bench.figures.hold("disk", format!("bytes per execution, {what}"), (bytes, Unit::Bytes), goal);
    } else {
        bench.figures.add("disk", format!("bytes per execution, {what}"), bytes, Unit::Bytes);
    }
    Ok(())
}

/// Feeds the server as fast as it finishes, and waits until all is finished.
pub(super) async fn sustained(
    scene: &Scene,
    warm_up: Duration,
    window: Duration,
) -> Result<Throughput, BenchError> {
    let before = scene.database.standing().await?;
    let backlog = Backlog::bounded_by(BACKLOG);
    let feed = feed(scene, before, Rc::clone(&backlog), warm_up, window);
    tokio::select! {
        reached = feed => reached,
        failed = watch(&scene.database, before, &backlog) => match failed? {},
    }
}

async fn feed(
    scene: &Scene,
    before: Standing,
    backlog: Rc<Backlog>,
    warm_up: Duration,
    window: Duration,
) -> Result<Throughput, BenchError> {
    let process = scene.server.process()?;
    let load = Load::start(&scene.target, CONNECTIONS, Pace::Bounded(backlog)).await?;
    load.measure(warm_up).await?;
    let (begin, usage, start) = (scene.database.standing().await?, process.usage()?, Instant::now());
    load.measure(window).await?;
    let (end, used, elapsed) = (scene.database.standing().await?, process.usage()?, start.elapsed());
    let acknowledged = load.stop().await?;
    scene.settle(before, acknowledged).await?;
    let finished = number(end.finished() - begin.finished());
    Ok(Throughput {
        rate: finished / elapsed.as_secs_f64(),
        cpu: used.cpu.saturating_sub(usage.cpu).as_secs_f64() * 1e6 / finished.max(1.0),
        backlog: (begin.unfinished, end.unfinished),
    })
}

/// Tells the load how much is finished, for ever.
async fn watch(database: &Database, before: Standing, backlog: &Backlog) -> Result<Infallible, BenchError> {
    let mut ticks = tokio::time::interval(LOOK);
    loop {
        ticks.tick().await;
        backlog.finished(database.standing().await?.finished() - before.finished());
    }
}
