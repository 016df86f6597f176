//! `bellhop run`: starts a workflow by hand.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::WorkflowName;
use clap::Args;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::client::{Body, Client, decode};
use super::shapes::Execution;
use super::{CliError, Context, arguments, executions};

/// The longest that a server holds a call open.
const LONGEST_CALL: Duration = Duration::from_mins(1);
/// What a call may take beyond the wait that it asks for.
const GRACE: Duration = Duration::from_secs(30);
/// How often an execution is looked at that takes longer than one call.
const PAUSE: Duration = Duration::from_secs(1);

/// What `bellhop run` takes.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The workflow's name; it need not be active
    #[arg(value_parser = arguments::workflow_name)]
    name: WorkflowName,
    /// A file with the event to start it with, as JSON; `-` reads standard input
    #[arg(long, value_name = "FILE", conflicts_with = "inputs")]
    event: Option<PathBuf>,
    /// The inputs to start it with, as a JSON object
    #[arg(long, value_name = "JSON", value_parser = arguments::json_object)]
    inputs: Option<Value>,
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

pub(super) async fn run(args: &RunArgs, context: &Context<'_>) -> Result<ExitCode, CliError> {
    let body = body(args)?;
    let client = context.client()?;
    let path = ["workflows", args.name.as_str(), "run"];
    started(&client, &path, body, args.wait, context).await
}

/// Starts an execution by a call, and says which it is, or waits so long and shows it.
pub(super) async fn started(
    client: &Client,
    path: &[&str],
    body: Body,
    wait: Option<Duration>,
    context: &Context<'_>,
) -> Result<ExitCode, CliError> {
    let output = context.output;
    let Some(patience) = wait else {
        let answer = client.post(path, body).await?;
        let execution: Execution = decode(&answer)?;
        if output.is_json() {
            output.json(&answer)?;
        } else {
            output.line(&format!("started {}: execution {}", execution.workflow, execution.id))?;
            let hint = format!("see it with: bellhop executions show {}", execution.id);
            output.note(&output.paint_errors().dim(&hint));
        }
        return Ok(ExitCode::SUCCESS);
    };

    let answer = started_and_awaited(client, path, body, patience).await?;
    let execution: Execution = decode(&answer)?;
    if output.is_json() {
        output.json(&answer)?;
    } else {
        output.line(&executions::page(&execution, executions::Detail::Brief, context))?;
        if !is_over(&execution) {
            let hint = format!("it goes on; see it with: bellhop executions show {}", execution.id);
            output.note(&output.paint_errors().dim(&hint));
        }
    }
    let succeeded = execution.status == ExecutionStatus::Succeeded.as_str();
    Ok(if succeeded { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn started_and_awaited(
    client: &Client,
    path: &[&str],
    body: Body,
    patience: Duration,
) -> Result<Value, CliError> {
    let deadline = Instant::now() + patience;
    let wait = patience.min(LONGEST_CALL);
    let query = [("wait", format!("{}s", wait.as_secs()))];
    let mut answer = client.send(Method::POST, path, &query, body, Some(wait + GRACE)).await?.body;
    loop {
        let execution: Execution = decode(&answer)?;
        if is_over(&execution) || Instant::now() >= deadline {
            return Ok(answer);
        }
        tokio::time::sleep_until(deadline.min(Instant::now() + PAUSE)).await;
        answer = client.get(&["executions", &execution.id], &[]).await?;
    }
}

fn is_over(execution: &Execution) -> bool {
    execution.status.parse::<ExecutionStatus>().is_ok_and(ExecutionStatus::is_final)
}

fn body(args: &RunArgs) -> Result<Body, CliError> {
    if let Some(inputs) = &args.inputs {
        return Ok(Body::Json(json!({ "inputs": inputs })));
    }
    match &args.event {
        Some(file) => Ok(Body::Json(json!({ "event": event(file)? }))),
        None => Ok(Body::Empty),
    }
}

fn event(file: &Path) -> Result<Value, CliError> {
    let (name, text) = if file == Path::new("-") {
        let mut text = String::new();
        let read = io::stdin().lock().read_to_string(&mut text);
        ("standard input".to_owned(), read.map(|_| text))
    } else {
        (file.display().to_string(), fs::read_to_string(file))
    };
    let text = text.map_err(|error| CliError::failed(format!("cannot read {name}: {error}")))?;
    arguments::json_object(&text).map_err(|why| {
        CliError::failed(format!("{name} is no event: {why}")).with_help(
            r#"an event is a JSON object, such as {"type": "lead.created", "data": {"id": "lead_1"}}"#,
        )
    })
}
