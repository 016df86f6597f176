//! `bellhop tokens create`: the token goes to standard output, alone, so that it can be piped to where it belongs.

use bellhop_workflow::ids::WorkflowName;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::cli::client::{Body, decode};
use crate::cli::output::time;
use crate::cli::shapes::AccessToken;
use crate::cli::{CliError, Context, arguments};

/// What the token is for.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// What it is called in lists and in the audit log
    #[arg(value_parser = arguments::token_name)]
    name: String,
    /// What it may do; each scope includes those before it
    #[arg(long, value_enum)]
    scope: Scope,
    /// A workflow that it is for, and no others; may be given several times
    #[arg(long = "workflow", value_name = "NAME", value_parser = arguments::workflow_name)]
    workflows: Vec<WorkflowName>,
    /// How long it works, such as 12h or 90d; without end where it is left out
    #[arg(long, value_name = "TIME", value_parser = arguments::lifetime)]
    expires_in: Option<String>,
}

/// What a token may do.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Scope {
    /// Look
    Read,
    /// Change and run workflows too
    Write,
    /// Everything: credentials, tokens and the audit log too
    Admin,
}

impl Scope {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

pub(super) async fn run(args: &CreateArgs, context: &Context<'_>) -> Result<(), CliError> {
    let mut asked = json!({ "name": args.name, "scope": args.scope.as_str() });
    if !args.workflows.is_empty() {
        asked["workflows"] = json!(args.workflows);
    }
    if let Some(lifetime) = &args.expires_in {
        asked["expires_in"] = json!(lifetime);
    }
    let client = context.client()?;
    let answer = client.post(&["tokens"], Body::Json(asked)).await?;
    let output = context.output;
    if output.is_json() {
        return Ok(output.json(&answer)?);
    }
    let made: AccessToken = decode(&answer)?;
    let token =
        answer.get("token").and_then(Value::as_str).ok_or_else(|| client.not_bellhop("gave no token"))?;
    let end = made
        .expires_at
        .map_or_else(|| "without end".to_owned(), |at| format!("until {}", time::in_full(at, context.now())));
    output.line(token)?;
    let whose = made.workflows.map_or_else(|| "all workflows".to_owned(), |names| names.join(", "));
    output.note(&format!("token {} for {whose}, scope {}, {end}", made.name, made.scope));
    output.note("it is shown this once: keep it where nobody else reads it");
    Ok(())
}
