//! `bellhop executions cancel` and `bellhop executions retry`.

use std::process::ExitCode;
use std::time::Duration;

use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::ExecutionId;
use clap::Args;
use reqwest::Method;
use serde_json::{Value, json};

use crate::cli::client::{Body, Client, decode};
use crate::cli::output::paint::Tone;
use crate::cli::output::text;
use crate::cli::shapes::Execution;
use crate::cli::{CliError, Context, arguments, run};

/// How long a server is asked to wait until one that runs has stopped.
const UNTIL_STOPPED: &str = "5s";

/// Which executions end.
#[derive(Debug, Args)]
pub struct CancelArgs {
    /// The executions' ids
    #[arg(required = true, value_name = "ID", value_parser = arguments::id::<ExecutionId>)]
    ids: Vec<ExecutionId>,
}

/// Which execution runs again, and how.
#[derive(Debug, Args)]
pub struct RetryArgs {
    /// The execution's id
    #[arg(value_parser = arguments::id::<ExecutionId>)]
    id: ExecutionId,
    /// Where to begin: `failed`, `start`, or the id or path of a step. What ended well before is not done again
    #[arg(long, value_name = "PLACE", default_value = "failed")]
    from: String,
    /// Run the newest version of the workflow instead of the one that it ran
    #[arg(long)]
    latest: bool,
    /// Wait for its end, and fail if it fails; 60s at most, or as long as is said here
    #[arg(
        long,
        value_name = "DURATION",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "60s",
        value_parser = arguments::duration
    )]
    wait: Option<Duration>,
}

/// Cancels each, whatever becomes of the others, and fails where one could not be.
pub(super) async fn cancel(args: &CancelArgs, context: &Context<'_>) -> Result<ExitCode, CliError> {
    let (client, output) = (context.client()?, context.output);
    let (mut answers, mut code) = (Vec::new(), ExitCode::SUCCESS);
    for id in &args.ids {
        match cancel_one(&client, *id).await {
            Ok(answer) if output.is_json() => answers.push(answer),
            Ok(answer) => {
                let execution: Execution = decode(&answer)?;
                let is_over = execution.status == ExecutionStatus::Cancelled.as_str();
                let words = if is_over { execution.status.as_str() } else { "asked to stop" };
                let words = output.paint().tone(Tone::of(&execution.status), words);
                output.line(&format!("{}: {words}", execution.id))?;
            }
            // With one there is nothing else to say.
            Err(error) if args.ids.len() == 1 => return Err(error),
            Err(error) => {
                if output.is_json() {
                    output.error_json(&error.to_json());
                } else {
                    output.note(&format!("{id}: {}", text::harmless(&error.to_string())));
                }
                code = ExitCode::FAILURE;
            }
        }
    }
    if output.is_json() {
        output.json(&json!({ "items": answers }))?;
    }
    Ok(code)
}

async fn cancel_one(client: &Client, id: ExecutionId) -> Result<Value, CliError> {
    let (id, query) = (id.to_string(), [("wait", UNTIL_STOPPED.to_owned())]);
    let path = ["executions", &id, "cancel"];
    Ok(client.send(Method::POST, &path, &query, Body::Empty, None).await?.body)
}

pub(super) async fn retry(args: &RetryArgs, context: &Context<'_>) -> Result<ExitCode, CliError> {
    let version = if args.latest { "latest" } else { "same" };
    let body = Body::Json(json!({ "from": args.from, "version": version }));
    let id = args.id.to_string();
    run::started(&context.client()?, &["executions", &id, "retry"], body, args.wait, context).await
}
