//! `make bench`: a real server under a load of signed deliveries, held against a bare one in the same run.
//!
//! What each figure means is in `docs/performance.md`; how to add one is said in [`phases`].

mod args;
mod error;
mod figures;
mod load;
mod phases;
mod report;
mod server;
mod stage;
mod workflows;
mod yardstick;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use tokio::runtime::Builder;
use tokio::task::LocalSet;

use self::args::{Arguments, Part, RunArguments};
use self::error::BenchError;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.part {
        Some(Part::Yardstick) => yardstick(),
        None => benchmark(&arguments.run),
    };
    done.unwrap_or_else(|error| {
        report::say(&format!("bellhop-bench: {error}"));
        ExitCode::FAILURE
    })
}

/// With as many threads as the real server has.
fn yardstick() -> Result<ExitCode, BenchError> {
    let runtime = Builder::new_multi_thread().enable_all().build();
    runtime.map_err(BenchError::io("starting"))?.block_on(yardstick::serve())?;
    Ok(ExitCode::SUCCESS)
}

/// On one thread, so that the load takes one processor at most.
fn benchmark(arguments: &RunArguments) -> Result<ExitCode, BenchError> {
    let runtime = Builder::new_current_thread().enable_all().build().map_err(BenchError::io("starting"))?;
    let figures = LocalSet::new().block_on(&runtime, phases::run(arguments))?;
    if let Some(file) = &arguments.json {
        report::write_json(file, &figures, &arguments.scale())?;
    }
    writeln!(std::io::stdout().lock(), "{}", report::render(&figures)).map_err(BenchError::io("printing"))?;
    let missed = figures.iter().any(|figure| figure.met == Some(false));
    Ok(if arguments.check && missed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
