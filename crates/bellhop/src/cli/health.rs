//! `bellhop health`: whether the server can serve. For the health checks of containers and supervisors.

use std::process::ExitCode;

use clap::Args;

use super::{CliError, Context};

/// What `bellhop health` takes: nothing of its own.
#[derive(Debug, Args)]
pub struct HealthArgs {}

pub(super) async fn run(context: &Context<'_>) -> Result<ExitCode, CliError> {
    let answer = context.client()?.ready().await?;
    if context.output.is_json() {
        context.output.json(&answer)?;
    } else {
        context.output.line("ready")?;
    }
    Ok(ExitCode::SUCCESS)
}
