//! `bellhop executions`: what ran, and how it ended.

mod control;
mod follow;
mod lines;
mod page;
mod prune;
mod sse;
mod tree;
mod which;

use std::process::ExitCode;

use bellhop_workflow::ids::ExecutionId;
use clap::{Args, Subcommand};

use self::control::{CancelArgs, RetryArgs};
pub(super) use self::page::{Detail, page};
use self::which::Which;
use super::client::decode;
use super::lists::{self, Stretch};
use super::output::table::Cell;
use super::output::time;
use super::shapes::Execution;
use super::{CliError, Context, arguments};

/// What can be done with executions.
#[derive(Debug, Subcommand)]
pub enum ExecutionsCommand {
    /// List executions, the newest first
    List(Box<ListArgs>),
    /// Show one execution with its steps
    Show(ShowArgs),
    /// Follow an execution as it goes, or all of them
    Follow(follow::FollowArgs),
    /// Cancel executions that have not ended
    Cancel(CancelArgs),
    /// Run an execution again, as a new one: from its failure, its start or any step
    Retry(RetryArgs),
    /// Delete finished executions, with their steps and the deliveries that they came from
    Prune(Box<prune::PruneArgs>),
}

/// Which executions, and how many.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    stretch: Stretch,
}

/// Which execution, and how much of it.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The execution's id
    #[arg(value_parser = arguments::id::<ExecutionId>)]
    id: ExecutionId,
    /// Show the event, inputs and outputs at full length
    #[arg(long)]
    full: bool,
}

pub(super) async fn run(command: ExecutionsCommand, context: &Context<'_>) -> Result<ExitCode, CliError> {
    match command {
        ExecutionsCommand::List(args) => list(*args, context).await?,
        ExecutionsCommand::Show(args) => show(&args, context).await?,
        ExecutionsCommand::Follow(args) => return follow::follow(&args, context).await,
        ExecutionsCommand::Cancel(args) => return control::cancel(&args, context).await,
        ExecutionsCommand::Retry(args) => return control::retry(&args, context).await,
        ExecutionsCommand::Prune(args) => prune::prune(*args, context).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(args: ListArgs, context: &Context<'_>) -> Result<(), CliError> {
    let now = context.now();
    let query = args.which.parameters(now);
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
