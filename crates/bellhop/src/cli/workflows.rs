//! `bellhop workflows`: what is on the server.

use std::process::ExitCode;

use bellhop_workflow::ids::WorkflowName;
use clap::{Args, Subcommand};
use reqwest::Method;

use super::client::{Body, decode};
use super::lists::{self, Stretch};
use super::output::table::{Cell, Fields, Table};
use super::output::{paint::Tone, time};
use super::shapes::{Counts, LastExecution, Registration, Workflow};
use super::{CliError, Context, arguments};

/// What can be done with workflows.
#[derive(Debug, Subcommand)]
pub enum WorkflowsCommand {
    /// List the workflows, by name
    List(Stretch),
    /// Show one workflow, with its triggers and what they have at their vendors
    Show(ShowArgs),
    /// Delete a workflow; an active one is deactivated first
    Delete(NameArgs),
}

/// Which workflow, and what of it.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    one: NameArgs,
    /// Print its YAML and nothing else
    #[arg(long)]
    yaml: bool,
}

/// Which workflow.
#[derive(Debug, Args)]
pub struct NameArgs {
    /// The workflow's name
    #[arg(value_parser = arguments::workflow_name)]
    name: WorkflowName,
}

pub(super) async fn run(command: WorkflowsCommand, context: &Context<'_>) -> Result<ExitCode, CliError> {
    match command {
        WorkflowsCommand::List(stretch) => list(&stretch, context).await?,
        WorkflowsCommand::Show(args) => show(&args, context).await?,
        WorkflowsCommand::Delete(args) => {
            let path = ["workflows", args.name.as_str()];
            context.client()?.send(Method::DELETE, &path, &[], Body::Empty, None).await?;
            lists::deleted(context, "workflow", args.name.as_str())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(stretch: &Stretch, context: &Context<'_>) -> Result<(), CliError> {
    let now = context.now();
    let last = |last: &LastExecution| {
        let said = format!("{} {}", last.status, time::ago(last.created_at, now));
        Cell::toned(&said, Tone::of(&last.status))
    };
    let row = |workflow: Workflow| {
        vec![
            Cell::from(workflow.name),
            Cell::word(&workflow.state),
            Cell::from(workflow.version.to_string()),
            workflow.last_execution.as_ref().map_or_else(|| Cell::from(None::<&str>), last),
            workflow.counts.as_ref().map_or_else(|| Cell::from(None::<&str>), recent),
            Cell::prose(workflow.description.as_deref(), 60),
        ]
    };
    let heading = ["NAME", "STATE", "VERSION", "LAST EXECUTION", "RECENT", "DESCRIPTION"];
    lists::print(context, "workflows", &[], stretch, heading, row).await
}

/// How many of the newest executions failed.
fn recent(counts: &Counts) -> Cell {
    match counts.failed {
        0 => Cell::from(format!("{} ran", counts.executions)),
        failed => Cell::toned(&format!("{failed} of {} failed", counts.executions), Tone::Bad),
    }
}

async fn show(args: &ShowArgs, context: &Context<'_>) -> Result<(), CliError> {
    let answer = context.client()?.get(&["workflows", args.one.name.as_str()], &[]).await?;
    let output = context.output;
    if output.is_json() {
        return Ok(output.json(&answer)?);
    }
    let workflow: Workflow = decode(&answer)?;
    if args.yaml {
        // Byte for byte, so that what is written to a file is what was applied.
        return Ok(output.bytes(workflow.yaml.unwrap_or_default().as_bytes())?);
    }
    Ok(output.line(&page(&workflow, context))?)
}

/// A workflow for a person to read.
pub(super) fn page(workflow: &Workflow, context: &Context<'_>) -> String {
    let (now, paint) = (context.now(), context.output.paint());
    let mut fields = Fields::default();
    fields.add("name", workflow.name.as_str());
    fields.add("description", workflow.description.as_deref());
    fields.add("state", Cell::word(&workflow.state));
    fields.add("version", workflow.version.to_string());
    fields.add("created", workflow.created_at.map(|at| time::in_full(at, now)));
    fields.add("updated", workflow.updated_at.map(|at| time::in_full(at, now)));
    let mut page = fields.render(paint);

    if !workflow.triggers.is_empty() {
        let mut table = Table::new(["TRIGGER", "KIND", "URL"]);
        for trigger in &workflow.triggers {
            table.row([
                trigger.id.as_str().into(),
                trigger.kind.as_str().into(),
                trigger.hook_url.as_deref().into(),
            ]);
        }
        page = format!("{page}\n\n{}", table.render(paint));
    }
    for registration in &workflow.registrations {
        page = format!("{page}\n\n{}", registration_fields(registration, context).render(paint));
    }
    page
}

fn registration_fields(registration: &Registration, context: &Context<'_>) -> Fields {
    let mut fields = Fields::default();
    fields.add("registration", format!("{} at {}", registration.trigger, registration.provider));
    fields.add("state", Cell::word(&registration.state));
    fields.add("vendor status", registration.vendor_status.as_deref());
    fields.add("webhook id", registration.webhook_id.as_deref());
    fields.add("url", registration.hook_url.as_deref());
    fields.add("events", event_names(&registration.events));
    fields.add("last delivery", registration.last_delivery_at.map(|at| time::in_full(at, context.now())));
    fields.add("looked at", registration.reconciled_at.map(|at| time::in_full(at, context.now())));
    let mended = registration.mended.as_ref();
    let mended = mended.map(|it| format!("{}, {}", it.what, time::in_full(it.at, context.now())));
    fields.add("put right", mended);
    fields.add("last error", Cell::toned(registration.last_error.as_deref().unwrap_or_default(), Tone::Bad));
    fields
}

/// The events by their names: a server may send them as such, or as pairs.
fn event_names(events: &[serde_json::Value]) -> String {
    let name = |event: &serde_json::Value| match event.as_str() {
        Some(name) => Some(name.to_owned()),
        None => Some(format!("{}.{}", event.get("object_type")?.as_str()?, event.get("action")?.as_str()?)),
    };
    events.iter().filter_map(name).collect::<Vec<_>>().join(", ")
}
