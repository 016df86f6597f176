//! The measurements, one a file.
//!
//! # Adding one
//! 1. A file here with a function that measures and adds its figures.
//! 2. Its place in [`run`], and its word in [`Phase`] where it can be chosen.
//! 3. A line in `docs/performance.md`: what the figure means and what limits it.

mod acks;
mod bare;
mod executions;
mod first_step;
mod flush;
mod forged;
mod history;
mod start;

use crate::args::{Phase, RunArguments, Scale};
use crate::error::BenchError;
use crate::figures::{Figure, Figures, Goal, Unit, number};
use crate::server::Usage;
use crate::stage::Stage;
use crate::yardstick::Yardstick;

/// How many connections the ratios are measured at.
pub(crate) const USUAL: usize = 64;

/// What a phase works with.
struct Bench<'a> {
    scale: &'a Scale,
    stage: &'a Stage,
    yardstick: &'a Yardstick,
    figures: Figures,
    /// The most memory that any server had, in KiB.
    peak: u64,
}

/// Measures everything that is wanted.
pub(crate) async fn run(arguments: &RunArguments) -> Result<Vec<Figure>, BenchError> {
    let scale = arguments.scale();
    let (stage, yardstick) = (Stage::set(arguments).await?, Yardstick::start()?);
    let mut bench =
        Bench { scale: &scale, stage: &stage, yardstick: &yardstick, figures: Figures::default(), peak: 0 };

    flush::measure(&mut bench)?;
    let first = bare::all(&mut bench).await?;
    if arguments.wants(Phase::Start) {
        start::measure(&mut bench).await?;
    }
    if arguments.wants(Phase::Latency) {
        first_step::measure(&mut bench).await?;
    }
    if arguments.wants(Phase::Acks) {
        acks::measure(&mut bench).await?;
    }
    if arguments.wants(Phase::Executions) {
        executions::measure(&mut bench).await?;
    }
    if arguments.wants(Phase::Forged) {
        forged::measure(&mut bench).await?;
    }
    if let Some(history) = arguments.history.filter(|_| arguments.wants(Phase::History)) {
        history::measure(&mut bench, history).await?;
    }
    bench.add_peak();
    // The machine may have become slower or faster meanwhile.
    let bare = f64::midpoint(first, bare::again(&mut bench).await?);
    let figures = bench.figures.judged(bare);
    stage.strike().await;
    Ok(figures)
}

impl Bench<'_> {
    /// Remembers the most memory that a server had.
    fn saw(&mut self, usage: Usage) {
        self.peak = self.peak.max(usage.peak);
    }

    fn add_peak(&mut self) {
        if self.peak > 0 {
            let most = (mebibytes(self.peak), Unit::Mebibytes);
            self.figures.hold("memory", "resident, at most, under load", most, Goal::AtMost(150.0));
        }
    }
}

fn mebibytes(kibibytes: u64) -> f64 {
    number(kibibytes) / 1_024.0
}
