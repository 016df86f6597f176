//! The command line, and how long everything takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Measures a real server against a bare one
#[derive(Debug, Parser)]
#[command(name = "bellhop-bench", args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) part: Option<Part>,
    #[command(flatten)]
    pub(crate) run: RunArguments,
}

/// What this program is in a process of its own.
#[derive(Debug, Subcommand)]
pub(crate) enum Part {
    /// The bare server that the real one is held against
    #[command(hide = true)]
    Yardstick,
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// Short windows and fewer of them: whether it works, not how fast
    #[arg(long)]
    pub(crate) quick: bool,
    /// The length of each measurement, also of the sustained one
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) seconds: Option<Duration>,
    /// Measure some phases only; may be repeated
    #[arg(long, value_name = "PHASE", value_delimiter = ',')]
    pub(crate) only: Vec<Phase>,
    /// Prepare a database with so many finished executions, and measure the start and the rate with it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) history: Option<u64>,
    /// Write the figures to a file
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Fail where a target is missed
    #[arg(long)]
    pub(crate) check: bool,
    /// The server's binary; the one beside this program where it is left out
    #[arg(long, value_name = "FILE")]
    pub(crate) server: Option<PathBuf>,
    /// Where the databases are made, on a disk
    #[arg(long, value_name = "DIR", default_value = "target")]
    pub(crate) dir: PathBuf,
}

/// A part of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Phase {
    /// Start and idle memory
    Start,
    /// From the delivery to the first step on an idle server
    Latency,
    /// Acknowledgements
    Acks,
    /// Executions to their end
    Executions,
    /// Genuine deliveries beside forged ones
    Forged,
    /// With a long history; needs `--history`
    History,
}

impl RunArguments {
    pub(crate) fn wants(&self, phase: Phase) -> bool {
        (self.only.is_empty() || self.only.contains(&phase))
            && (phase != Phase::History || self.history.is_some())
    }

    pub(crate) fn scale(&self) -> Scale {
        let mut scale = if self.quick { Scale::quick() } else { Scale::full() };
        if let Some(seconds) = self.seconds {
            scale.window = seconds;
            scale.sustained = seconds;
            scale.warm_up = scale.warm_up.min(seconds);
            scale.rest = scale.rest.min(seconds);
        }
        scale
    }
}

/// How long everything takes, and how often it is done.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scale {
    /// Before each window.
    pub(crate) warm_up: Duration,
    /// One measurement.
    pub(crate) window: Duration,
    /// The measurement that has to be kept up.
    pub(crate) sustained: Duration,
    /// How long a server is left alone before it counts as idle.
    pub(crate) rest: Duration,
    /// How many connections acknowledgements are measured at.
    pub(crate) connections: Vec<usize>,
    /// Single deliveries to an idle server.
    pub(crate) probes: u32,
    /// How many deliveries are forged.
    pub(crate) forged: u64,
    /// Starts, of which the median counts.
    pub(crate) starts: usize,
}

impl Scale {
    fn full() -> Self {
        Self {
            warm_up: Duration::from_secs(2),
            window: Duration::from_secs(10),
            sustained: Duration::from_mins(1),
            rest: Duration::from_secs(3),
            connections: vec![1, 16, 64, 256],
            probes: 200,
            forged: 100_000,
            starts: 5,
        }
    }

    fn quick() -> Self {
        Self {
            warm_up: Duration::from_millis(500),
            window: Duration::from_millis(1_500),
            sustained: Duration::from_secs(4),
            rest: Duration::from_millis(500),
            connections: vec![1, 64],
            probes: 30,
            forged: 2_000,
            starts: 3,
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| format!("`{text}` is not a number of seconds"))?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err(format!("`{text}` is not a length of time")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> RunArguments {
        Arguments::try_parse_from(std::iter::once(&"bellhop-bench").chain(arguments)).unwrap().run
    }

    #[test]
    fn a_long_history_is_measured_where_it_is_asked_for() {
        assert!(!parse(&[]).wants(Phase::History));
        assert!(parse(&["--history", "1000"]).wants(Phase::History));
        assert!(!parse(&["--history", "1000", "--only", "acks"]).wants(Phase::History));
    }

    #[test]
    fn what_is_chosen_is_all_that_is_measured() {
        let chosen = parse(&["--only", "acks,latency"]);
        assert!(chosen.wants(Phase::Acks) && chosen.wants(Phase::Latency));
        assert!(!chosen.wants(Phase::Executions));
    }

    #[test]
    fn nothing_takes_longer_than_what_was_asked_for() {
        let scale = parse(&["--seconds", "0.2"]).scale();
        let asked = Duration::from_millis(200);
        assert_eq!((scale.window, scale.sustained, scale.warm_up, scale.rest), (asked, asked, asked, asked));
    }

    #[test]
    fn no_time_at_all_is_no_measurement() {
        for wrong in ["0", "-1", "nan", "soon"] {
            assert!(Arguments::try_parse_from(["bellhop-bench", "--seconds", wrong]).is_err(), "{wrong}");
        }
    }
}
