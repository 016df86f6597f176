//! `bellhop deliveries`: what arrived, and what became of it.

use std::process::ExitCode;

use bellhop_workflow::ids::{DeliveryId, WorkflowName};
use bellhop_workflow::time::Timestamp;
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use serde_json::Value;

use super::client::{Body, decode};
use super::lists::{self, Stretch, parameters};
use super::output::table::{Cell, Fields};
use super::output::{Paint, text, time};
use super::rejections::{self, RejectionsArgs};
use super::shapes::{Delivery, Replayed};
use super::{CliError, Context, arguments, recover};

/// What can be done with deliveries.
#[derive(Debug, Subcommand)]
pub enum DeliveriesCommand {
    /// List deliveries, the newest first
    List(ListArgs),
    /// List how many more were refused than are listed, by hook, reason and hour
    Rejections(RejectionsArgs),
    /// Show one delivery with its headers and, where it was accepted, its body
    Show(ShowArgs),
    /// Run a delivery again, by the workflow as it is today
    Replay(ReplayArgs),
    /// Fetch from Close's event log what was not delivered, and run it
    Recover(recover::RecoverArgs),
}

/// Which deliveries.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only those to the inbound URL that ends in this
    #[arg(long, value_name = "ID")]
    hook: Option<String>,
    /// Only those with this outcome
    #[arg(long, value_parser = PossibleValuesParser::new(["accepted", "duplicate", "filtered", "rejected"]))]
    outcome: Option<String>,
    /// Only those to this workflow
    #[arg(long, value_name = "NAME", value_parser = arguments::workflow_name)]
    workflow: Option<WorkflowName>,
    #[command(flatten)]
    stretch: Stretch,
}

/// Which delivery.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The delivery's id
    #[arg(value_parser = arguments::id::<DeliveryId>)]
    id: DeliveryId,
}

/// Which delivery.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// The delivery's id
    #[arg(value_parser = arguments::id::<DeliveryId>)]
    id: DeliveryId,
}

pub(super) async fn run(command: DeliveriesCommand, context: &Context<'_>) -> Result<ExitCode, CliError> {
    match command {
        DeliveriesCommand::List(args) => list(args, context).await?,
        DeliveriesCommand::Rejections(args) => rejections::run(args, context).await?,
        DeliveriesCommand::Show(args) => show(&args, context).await?,
        DeliveriesCommand::Replay(args) => return replay(&args, context).await,
        DeliveriesCommand::Recover(args) => return recover::run(args, context).await,
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(args: ListArgs, context: &Context<'_>) -> Result<(), CliError> {
    let now = context.now();
    let query = parameters([
        ("hook", args.hook),
        ("outcome", args.outcome),
        ("workflow", args.workflow.map(|name| name.to_string())),
    ]);
    let heading = ["ID", "WORKFLOW", "OUTCOME", "REASON", "EVENT", "SIZE", "RECEIVED", "EXECUTION"];
    let row = |delivery: Delivery| {
        vec![
            Cell::from(delivery.id),
            Cell::from(delivery.workflow),
            Cell::word(&delivery.outcome),
            Cell::from(delivery.reason),
            Cell::from(delivery.event_type),
            Cell::from(text::bytes(delivery.size)),
            Cell::from(time::ago(delivery.received_at, now)),
            Cell::from(delivery.execution_ids.join(" ")),
        ]
    };
    lists::print(context, "deliveries", &query, &args.stretch, heading, row).await?;
    if args.stretch.is_first() && !context.output.is_json() {
        rejections::note_more(context, &query).await?;
    }
    Ok(())
}

async fn show(args: &ShowArgs, context: &Context<'_>) -> Result<(), CliError> {
    let answer = context.client()?.get(&["deliveries", &args.id.to_string()], &[]).await?;
    let output = context.output;
    if output.is_json() {
        return Ok(output.json(&answer)?);
    }
    Ok(output.line(&page(&decode(&answer)?, context.now(), output.paint()))?)
}

async fn replay(args: &ReplayArgs, context: &Context<'_>) -> Result<ExitCode, CliError> {
    let answer = context.client()?.post(&["deliveries", &args.id.to_string(), "replay"], Body::Empty).await?;
    let replayed: Replayed = decode(&answer)?;
    let output = context.output;
    if output.is_json() {
        output.json(&answer)?;
    } else if let Some(execution) = &replayed.execution_id {
        output.line(&format!("replayed: execution {execution}"))?;
        let hint = format!("see it with: bellhop executions show {execution}");
        output.note(&output.paint_errors().dim(&hint));
    } else {
        let why = replayed.reason.as_deref().unwrap_or("it does not say why");
        output.line(&format!("{} again: {}", replayed.outcome, text::harmless(why)))?;
    }
    Ok(if replayed.execution_id.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn page(delivery: &Delivery, now: Timestamp, paint: Paint) -> String {
    let mut fields = Fields::default();
    fields.add("delivery", delivery.id.as_str());
    fields.add("hook", delivery.hook_id.as_str());
    fields.add("workflow", delivery.workflow.as_deref());
    fields.add("outcome", Cell::word(&delivery.outcome));
    fields.add("reason", delivery.reason.as_deref());
    fields.add("event type", delivery.event_type.as_deref());
    fields.add("event id", delivery.event_id.as_deref());
    fields.add("received", time::in_full(delivery.received_at, now));
    fields.add("size", text::bytes(delivery.size));
    for execution in &delivery.execution_ids {
        fields.add("execution", execution.as_str());
    }
    let mut page = fields.render(paint);
    if !delivery.headers.is_empty() {
        let mut headers = Fields::default();
        for (name, value) in &delivery.headers {
            headers.add(name, text::json(value));
        }
        page = format!("{page}\n\n{}\n{}", paint.strong("headers"), headers.render(paint));
    }
    let body = match (&delivery.body_base64, &delivery.body) {
        (Some(base64), _) => Some(("body in base64", text::clean(base64))),
        (None, Value::Null) => None,
        (None, Value::String(sent)) => Some(("body", readable(sent))),
        (None, other) => Some(("body", text::json(other))),
    };
    if let Some((title, body)) = body {
        page = format!("{page}\n\n{}\n{body}", paint.strong(title));
    }
    page
}

/// A body as a person reads it: JSON laid out on several lines, all else as it was sent.
fn readable(sent: &str) -> String {
    serde_json::from_str(sent)
        .map_or_else(|_| text::harmless(sent).into_owned(), |value: Value| text::json(&value))
}
