//! `bellhop credentials`: values go in and never come out.

mod fields;
mod set;
mod test;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use reqwest::Method;

use super::client::Body;
use super::lists::{self, Stretch};
use super::output::table::Cell;
use super::output::time;
use super::shapes::Credential;
use super::{CliError, Context, arguments};

/// What can be done with credentials.
#[derive(Debug, Subcommand)]
pub enum CredentialsCommand {
    /// Store a credential, or replace it
    Set(set::SetArgs),
    /// List credentials, without their values
    List(Stretch),
    /// Ask whom a credential is for whether it is good, and whose it is
    Test(test::TestArgs),
    /// Delete a credential that no active workflow needs
    Delete(DeleteArgs),
}

/// Which credential.
#[derive(Debug, Args)]
pub struct DeleteArgs {
    /// The credential's name
    #[arg(value_parser = arguments::credential_name)]
    name: String,
}

pub(super) async fn run(command: CredentialsCommand, context: &Context<'_>) -> Result<ExitCode, CliError> {
    match command {
        CredentialsCommand::Set(args) => set::run(&args, context).await?,
        CredentialsCommand::List(stretch) => list(&stretch, context).await?,
        CredentialsCommand::Test(args) => test::run(&args, context).await?,
        CredentialsCommand::Delete(args) => {
            let path = ["credentials", args.name.as_str()];
            context.client()?.send(Method::DELETE, &path, &[], Body::Empty, None).await?;
            lists::deleted(context, "credential", &args.name)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(stretch: &Stretch, context: &Context<'_>) -> Result<(), CliError> {
    let now = context.now();
    let row = |credential: Credential| {
        vec![
            Cell::from(credential.name),
            Cell::from(credential.kind),
            Cell::from(credential.fields.join(", ")),
            Cell::from(credential.source),
            Cell::from(credential.updated_at.map(|at| time::ago(at, now))),
        ]
    };
    let heading = ["NAME", "KIND", "FIELDS", "SOURCE", "UPDATED"];
    lists::print(context, "credentials", &[], stretch, heading, row).await
}
