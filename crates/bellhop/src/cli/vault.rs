//! `bellhop vault`: the master key, and what is sealed with it.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use super::local::LocalArgs;
use super::{CliError, Context};
use crate::server::{RotateError, Rotated, rotate};

/// What can be done with the vault.
#[derive(Debug, Subcommand)]
pub enum VaultCommand {
    /// Change the master key, and seal everything anew with it; the server has to be stopped
    Rotate(RotateArgs),
}

/// Whose key.
#[derive(Debug, Args)]
#[command(after_help = "\
The settings are those of `bellhop serve`: environment, configuration file, data directory. A key of the
server's own is made anew. Where `master_key` is set, set it to the new key, and `master_key_previous` to
the old one, before this. It can be broken off and begun anew at any time.")]
pub struct RotateArgs {
    #[command(flatten)]
    local: LocalArgs,
}

pub(super) async fn run(command: VaultCommand, context: &Context<'_>) -> Result<ExitCode, CliError> {
    let VaultCommand::Rotate(args) = command;
    let settings = args.local.settings(context)?;
    let rotated = rotate(&settings, context.now()).await.map_err(|error| failed(&error))?;
    tell(&rotated, context)?;
    Ok(ExitCode::SUCCESS)
}

fn failed(error: &RotateError) -> CliError {
    // The cause says which key would be needed; it never says anything of the key itself.
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    let failed = CliError::failed(format!("{error}{cause}"));
    match error.help() {
        Some(help) => failed.with_help(help),
        None => failed,
    }
}

fn tell(rotated: &Rotated, context: &Context<'_>) -> Result<(), CliError> {
    let Rotated { resealed, key, previous } = rotated;
    let output = context.output;
    let previous = previous.as_ref().map(|path| path.display().to_string());
    if output.is_json() {
        return Ok(output.json(&json!({
            "key": key,
            "credentials": resealed.credentials,
            "signature_keys": resealed.signature_keys,
            "executions": resealed.executions,
            "journals": resealed.journals,
            "previous_key_file": previous,
        }))?);
    }
    output.line(&format!(
        "everything is sealed with the key {key}: {} credentials, {} signature keys, {} executions, {} journal entries \
         were sealed anew",
        resealed.credentials, resealed.signature_keys, resealed.executions, resealed.journals
    ))?;
    let old = previous.map_or("leave `master_key_previous` out".to_owned(), |file| format!("delete {file}"));
    let hint = format!(
        "the old key is needed for one thing still: resume URLs that were given out before. Once nobody waits for one, {old}"
    );
    output.note(&output.paint_errors().dim(&hint));
    Ok(())
}
