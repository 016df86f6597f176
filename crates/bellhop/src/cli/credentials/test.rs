//! `bellhop credentials test`.

use clap::Args;
use serde_json::Value;

use crate::cli::client::{Body, decode};
use crate::cli::output::text;
use crate::cli::shapes::Tested;
use crate::cli::{CliError, Context, arguments};

/// Which credential.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// The credential's name
    #[arg(value_parser = arguments::credential_name)]
    name: String,
}

pub(super) async fn run(args: &TestArgs, context: &Context<'_>) -> Result<(), CliError> {
    let answer: Value =
        context.client()?.post(&["credentials", args.name.as_str(), "test"], Body::Empty).await?;
    if context.output.is_json() {
        return Ok(context.output.json(&answer)?);
    }
    let identity = decode::<Tested>(&answer)?.identity;
    let email = identity.email.map(|email| format!(" <{email}>")).unwrap_or_default();
    let places = identity.organizations.into_iter().map(|one| one.name.unwrap_or(one.id));
    let places = places.collect::<Vec<_>>().join(", ");
    let of = if places.is_empty() { String::new() } else { format!(" of {places}") };
    let who = identity.name.unwrap_or(identity.id);
    let line = format!("credential {} is good: it is {who}{email}{of}", args.name);
    Ok(context.output.line(&text::harmless(&line))?)
}
