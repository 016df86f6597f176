//! `bellhop executions`: what ran, and how it ended.

mod control;
mod page;

use std::process::ExitCode;

use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::{ExecutionId, WorkflowName};
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};

use self::control::{CancelArgs, RetryArgs};
pub(super) use self::page::{Detail, page};
use super::arguments::{self, Instant};
use super::client::decode;
use super::lists::{self, Stretch, parameters};
use super::output::table::Cell;
use super::output::time;
use super::shapes::Execution;
use super::{CliError, Context};

/// What can be done with executions.
#[derive(Debug, Subcommand)]
pub enum ExecutionsCommand {
    /// List executions, the newest first
    List(Box<ListArgs>),
    /// Show one execution with its steps
    Show(ShowArgs),
    /// Cancel executions that have not ended
    Cancel(CancelArgs),
    /// Run an execution again, as a new one: from its failure, its start or any step
    Retry(RetryArgs),
}

/// Which executions.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only those of this workflow
    #[arg(long, value_name = "NAME", value_parser = arguments::workflow_name)]
    workflow: Option<WorkflowName>,
    /// Only those with this status
    #[arg(long, value_parser = PossibleValuesParser::new(ExecutionStatus::ALL.map(ExecutionStatus::as_str)))]
    status: Option<String>,
    /// Only those that this trigger started
    #[arg(long, value_name = "ID")]
    trigger: Option<String>,
    /// Only those created since: an RFC 3339 time, or how long ago (30m, 2h, 7d)
    #[arg(long, value_name = "TIME", value_parser = arguments::instant)]
    since: Option<Instant>,
    /// Only those created before, said in the same way
    #[arg(long, value_name = "TIME", value_parser = arguments::instant)]
    until: Option<Instant>,
    /// Only those that the vendor's event with this id started
    #[arg(long, value_name = "ID")]
    event_id: Option<String>,
    /// Only those with this text in the workflow's name, the event's id or type, or the error
    #[arg(long, short, value_name = "TEXT")]
    query: Option<String>,
    #[command(flatten)]
    stretch: Stretch,
}

/// Which execution, and how much of it.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The execution's id
    id: ExecutionId,
    /// Show the event, inputs and outputs at full length
    #[arg(long)]
    full: bool,
}

pub(super) async fn run(command: ExecutionsCommand, context: &Context<'_>) -> Result<ExitCode, CliError> {
    match command {
        ExecutionsCommand::List(args) => list(*args, context).await?,
        ExecutionsCommand::Show(args) => show(&args, context).await?,
        ExecutionsCommand::Cancel(args) => return control::cancel(&args, context).await,
        ExecutionsCommand::Retry(args) => return control::retry(&args, context).await,
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(args: ListArgs, context: &Context<'_>) -> Result<(), CliError> {
    let now = context.now();
    let time = |instant: Option<Instant>| instant.map(|instant| instant.seen_from(now).to_string());
    let query = parameters([
        ("workflow", args.workflow.map(|name| name.to_string())),
        ("status", args.status),
        ("trigger", args.trigger),
        ("since", time(args.since)),
        ("until", time(args.until)),
        ("event_id", args.event_id),
        ("q", args.query),
    ]);
    let heading = ["ID", "WORKFLOW", "STATUS", "EVENT", "CREATED", "TOOK", "ERROR"];
    let row = |execution: Execution| {
        let took =
            execution.started_at.zip(execution.finished_at).map(|(from, to)| time::took(to.since(from)));
        let event = execution.event.and_then(|event| event.kind).or(execution.trigger);
        let error = execution.error.map(|error| error.message);
        vec![
            Cell::from(execution.id),
            Cell::from(execution.workflow),
            Cell::word(&execution.status),
            Cell::from(event),
            Cell::from(time::ago(execution.created_at, now)),
            Cell::from(took),
            Cell::prose(error.as_deref(), 60),
        ]
    };
    lists::print(context, "executions", &query, &args.stretch, heading, row).await
}

async fn show(args: &ShowArgs, context: &Context<'_>) -> Result<(), CliError> {
    let answer = context.client()?.get(&["executions", &args.id.to_string()], &[]).await?;
    if context.output.is_json() {
        return Ok(context.output.json(&answer)?);
    }
    let detail = if args.full { Detail::Full } else { Detail::Brief };
    Ok(context.output.line(&page(&decode(&answer)?, detail, context))?)
}
