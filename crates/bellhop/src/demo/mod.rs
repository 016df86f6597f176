//! `bellhop demo`: everything at work in one process, without an account and without set-up. A simulated Close, a
//! server of its own in a temporary directory, the example workflows, and a story that is told as it happens.
//!
//! Nothing here is a shortcut: the server is the one that `bellhop serve` runs, spoken to over REST, and what Close
//! does it does over HTTP.

mod close;
mod examples;
mod follow;
mod narrator;
mod stage;
mod story;

use std::process::ExitCode;

use crate::cli::CliError;
use crate::cli::demo::DemoArgs;
use crate::cli::output::{Format, Output};

/// Tells the story; without `--once`, goes on sending events until it is interrupted.
pub async fn run(args: DemoArgs) -> Result<ExitCode, CliError> {
    let output = Output::new(Format::Human);
    let narrator = narrator::Narrator::new(&output);
    let mut stage = stage::Stage::set(&args).await?;
    let told = tokio::select! {
        told = play(&args, &mut stage, &narrator) => told,
        _ = tokio::signal::ctrl_c() => Ok(()),
    };
    // The curtain falls also where the story broke off: a demo leaves nothing behind.
    let cleared = story::clear(&mut stage, &narrator).await;
    stage.strike().await;
    told.and(cleared)?;
    Ok(ExitCode::SUCCESS)
}

async fn play(
    args: &DemoArgs,
    stage: &mut stage::Stage,
    narrator: &narrator::Narrator<'_>,
) -> Result<(), CliError> {
    story::tell(stage, narrator).await?;
    narrator.where_to_look(stage)?;
    if args.once {
        return Ok(());
    }
    story::go_on(stage, narrator, args.events_per_minute).await
}
