//! `bellhop deliveries recover`: has what Close did not deliver fetched from its event log, and run.

use std::process::ExitCode;
use std::time::Duration;

use bellhop_workflow::ids::WorkflowName;
use clap::Args;
use reqwest::Method;
use serde_json::{Value, json};

use super::arguments::{self, Instant};
use super::client::{Body, decode};
use super::output::table::{Cell, Table};
use super::output::text;
use super::progress::Progress;
use super::shapes::Recovered;
use super::{CliError, Context};

/// Thousands of events within Close's limit of calls take their time.
const PATIENCE: Duration = Duration::from_mins(30);

/// What is fetched.
#[derive(Debug, Args)]
pub struct RecoverArgs {
    /// From when on: an RFC 3339 time, or how long ago (30m, 2h, 7d); Close keeps 30 days
    #[arg(long, value_name = "TIME", value_parser = arguments::instant)]
    since: Instant,
    /// Only for this workflow; for all active ones otherwise
    #[arg(long, value_name = "NAME", value_parser = arguments::workflow_name)]
    workflow: Option<WorkflowName>,
}

pub(super) async fn run(args: RecoverArgs, context: &Context<'_>) -> Result<ExitCode, CliError> {
    let mut body = json!({ "since": args.since.seen_from(context.now()) });
    if let Some(workflow) = &args.workflow {
        body["workflow"] = json!(workflow);
    }
    let (path, patience) = (["deliveries", "recover"], Some(PATIENCE));
    let client = context.client()?;
    let progress = Progress::new(context.output);
    progress.begin("fetching from Close's event log, and running what was not delivered");
    let answer = client.send(Method::POST, &path, &[], Body::Json(body), patience).await;
    drop(progress);
    let answer = answer?.body;
    let items = answer.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    let reports: Vec<Recovered> = items.iter().map(decode).collect::<Result<_, _>>()?;
    let output = context.output;
    if output.is_json() {
        output.json(&answer)?;
    } else if reports.is_empty() {
        output.note("no active workflow has a trigger of Close's");
    } else {
        output.line(&table(&reports).render(output.paint()))?;
        for remark in reports.iter().flat_map(remarks) {
            output.note(&text::harmless(&remark));
        }
    }
    let failed = reports.iter().any(|report| report.error.is_some());
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn table(reports: &[Recovered]) -> Table {
    let heading = ["WORKFLOW", "TRIGGER", "FETCHED", "RUN", "DUPLICATES", "FILTERED", "DRAFTS"];
    let mut table = Table::new(heading);
    for report in reports {
        let counts = [report.fetched, report.run, report.duplicates, report.filtered, report.awaited];
        let names = [Cell::from(report.workflow.as_str()), Cell::from(report.trigger.as_str())];
        let counts = counts.map(|count| Cell::from(count.to_string()));
        table.row(names.into_iter().chain(counts).collect::<Vec<_>>());
    }
    table
}

/// What the table does not say, a sentence each.
fn remarks(report: &Recovered) -> Vec<String> {
    let name = &report.workflow;
    let mut remarks = Vec::new();
    if report.too_old.is_some() {
        let oldest = report.since;
        remarks.push(format!("{name}: Close keeps 30 days; what happened before {oldest} cannot be fetched"));
    }
    if report.forgotten > 0 {
        let count = report.forgotten;
        remarks.push(format!(
            "{name}: {count} events were not run: they are from before the history begins, which says what has run"
        ));
    }
    if report.without_data > 0 {
        let count = report.without_data;
        remarks.push(format!(
            "{name}: {count} events came without their object and were not run: the API key is not an administrator's"
        ));
    }
    if report.unreadable > 0 {
        remarks.push(format!("{name}: {} events cannot be read", report.unreadable));
    }
    if let Some(error) = &report.error {
        remarks.push(format!("{name}: not fetched to the end, will be tried again: {error}"));
    }
    remarks
}
