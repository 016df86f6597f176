//! `bellhop tokens`: who else may use the REST interface, and how far.

mod create;
mod list;
mod revoke;

use std::process::ExitCode;

use clap::Subcommand;

use super::{CliError, Context};

/// What can be done with tokens.
#[derive(Debug, Subcommand)]
pub enum TokensCommand {
    /// Make a token and print it, this once
    Create(create::CreateArgs),
    /// List tokens, and when each was last used; never the tokens themselves
    List(list::ListArgs),
    /// Revoke a token: nothing takes it any more
    Revoke(revoke::RevokeArgs),
}

pub(super) async fn run(command: TokensCommand, context: &Context<'_>) -> Result<ExitCode, CliError> {
    match command {
        TokensCommand::Create(args) => create::run(&args, context).await?,
        TokensCommand::List(args) => list::run(&args, context).await?,
        TokensCommand::Revoke(args) => revoke::run(&args, context).await?,
    }
    Ok(ExitCode::SUCCESS)
}
