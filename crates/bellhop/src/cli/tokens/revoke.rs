//! `bellhop tokens revoke`: by name, because that is what people remember.

use bellhop_workflow::ids::TokenId;
use clap::Args;
use reqwest::Method;
use serde_json::json;

use crate::cli::client::{Body, Client, decode};
use crate::cli::shapes::AccessToken;
use crate::cli::{CliError, Context};

/// Which token.
#[derive(Debug, Args)]
pub struct RevokeArgs {
    /// The token's name, or its id
    #[arg(value_name = "NAME|ID")]
    which: String,
}

/// How many tokens are looked through for a name.
const LOOK: usize = 10_000;

pub(super) async fn run(args: &RevokeArgs, context: &Context<'_>) -> Result<(), CliError> {
    let client = context.client()?;
    let id = match args.which.parse::<TokenId>() {
        Ok(id) => id.to_string(),
        Err(_) => id_of(&client, &args.which).await?,
    };
    client.send(Method::DELETE, &["tokens", &id], &[], Body::Empty, None).await?;
    if context.output.is_json() {
        return Ok(context.output.json(&json!({ "revoked": id }))?);
    }
    Ok(context.output.line(&format!("revoked token {}", args.which))?)
}

/// The id of the token of that name that is not revoked.
async fn id_of(client: &Client, name: &str) -> Result<String, CliError> {
    for item in client.list(&["tokens"], &[], LOOK, None).await?.items {
        let token: AccessToken = decode(&item)?;
        if token.name == name && token.revoked_at.is_none() {
            return Ok(token.id);
        }
    }
    Err(CliError::failed(format!("there is no token `{name}` that is not revoked"))
        .with_help("`bellhop tokens list` shows all of them"))
}
