//! `bellhop completions`: a completion script for a shell.

use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, CliError, Context};

/// What `bellhop completions` takes.
#[derive(Debug, Args)]
#[command(after_help = "For instance: bellhop completions bash > /etc/bash_completion.d/bellhop")]
pub struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs, context: &Context<'_>) -> Result<ExitCode, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "bellhop", &mut script);
    context.output.bytes(&script)?;
    Ok(ExitCode::SUCCESS)
}
