//! `bellhop executions prune`: forgets finished executions.

use std::io::{self, IsTerminal as _};

use clap::Args;
use reqwest::Method;
use serde_json::{Value, json};

use super::which::Which;
use crate::cli::client::Body;
use crate::cli::{CliError, Context};

/// Which executions to delete.
#[derive(Debug, Args)]
pub struct PruneArgs {
    #[command(flatten)]
    which: Which,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

pub(super) async fn prune(args: PruneArgs, context: &Context<'_>) -> Result<(), CliError> {
    let mut query = args.which.parameters(context.now());
    if query.is_empty() {
        return Err(CliError::usage(
            "say which executions to delete, such as `--until 7d` or `--workflow NAME`",
        )
        .with_help("`--until 0s` means all that have ended"));
    }
    if !args.yes {
        confirm(context, &query)?;
    }
    let client = context.client()?;
    let mut deleted = 0;
    loop {
        // The server deletes so many in one go.
        let answer = client.send(Method::DELETE, &["executions"], &query, Body::Empty, None).await?.body;
        deleted += answer
            .get("deleted")
            .and_then(Value::as_u64)
            .ok_or_else(|| client.not_bellhop("did not say how many it has deleted"))?;
        let Some(cursor) = answer.get("next_cursor").and_then(Value::as_str) else { break };
        query.retain(|(name, _)| *name != "cursor");
        query.push(("cursor", cursor.to_owned()));
    }
    if context.output.is_json() {
        return Ok(context.output.json(&json!({ "deleted": deleted }))?);
    }
    let s = if deleted == 1 { "" } else { "s" };
    Ok(context.output.line(&format!("deleted {deleted} execution{s}"))?)
}

/// Asks whether that is meant. Whoever cannot be asked has to say so beforehand.
fn confirm(context: &Context<'_>, query: &[(&'static str, String)]) -> Result<(), CliError> {
    if !io::stdin().is_terminal() {
        return Err(CliError::usage("nobody can be asked whether that is meant: add `--yes`"));
    }
    let which: Vec<String> = query.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let question = format!("delete every finished execution with {}? [y/N]", which.join(", "));
    context.output.note(&question);
    let mut answer = String::new();
    io::stdin()
        .read_line(&mut answer)
        .map_err(|error| CliError::failed(format!("the answer cannot be read: {error}")))?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err(CliError::failed("nothing was deleted"))
    }
}
