//! `bellhop registrations`: what triggers have at their vendors, and whether it is as it should be.

use std::process::ExitCode;

use bellhop_workflow::time::Timestamp;
use clap::{Args, Subcommand};

use super::client::{Body, decode};
use super::lists::{self, Stretch};
use super::output::paint::Tone;
use super::output::table::{Cell, Table};
use super::output::time;
use super::shapes::{LastRecovery, Reconciliation, Registration};
use super::{CliError, Context};

/// What can be done with registrations.
#[derive(Debug, Subcommand)]
pub enum RegistrationsCommand {
    /// List what triggers have at their vendors
    List(ListArgs),
    /// Compare it with what the vendors list, and put right what differs
    Reconcile(ReconcileArgs),
}

/// Which registrations.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    stretch: Stretch,
}

/// Nothing to choose.
#[derive(Debug, Args)]
pub struct ReconcileArgs {}

pub(super) async fn run(command: RegistrationsCommand, context: &Context<'_>) -> Result<ExitCode, CliError> {
    match command {
        RegistrationsCommand::List(args) => list(&args, context).await.map(|()| ExitCode::SUCCESS),
        RegistrationsCommand::Reconcile(ReconcileArgs {}) => reconcile(context).await,
    }
}

async fn list(args: &ListArgs, context: &Context<'_>) -> Result<(), CliError> {
    let now = context.now();
    let heading = [
        "WORKFLOW",
        "TRIGGER",
        "AT",
        "STATE",
        "VENDOR",
        "SUBSCRIPTION",
        "LAST DELIVERY",
        "LOOKED AT",
        "RECOVERED",
        "NOTE",
    ];
    let row = |it: Registration| {
        let mended = it.mended.map(|mended| format!("{}, {}", mended.what, time::ago(mended.at, now)));
        let note = match it.last_error {
            Some(error) => Cell::toned(&error, Tone::Bad),
            None => Cell::from(mended),
        };
        vec![
            Cell::from(it.workflow),
            Cell::from(it.trigger),
            Cell::from(it.provider),
            Cell::word(&it.state),
            Cell::from(it.vendor_status),
            Cell::from(it.webhook_id),
            Cell::from(it.last_delivery_at.map(|at| time::ago(at, now))),
            Cell::from(it.reconciled_at.map(|at| time::ago(at, now))),
            Cell::from(it.last_recovery.map(|recovery| recovered(&recovery, now))),
            note,
        ]
    };
    lists::print(context, "registrations", &[], &args.stretch, heading, row).await
}

/// What was last fetched that had not been delivered, in a few words.
fn recovered(recovery: &LastRecovery, now: Timestamp) -> String {
    let run = recovery.report.as_ref().map_or(0, |counts| counts.run);
    let since = time::ago(recovery.since, now);
    let lost = recovery.report.as_ref().is_some_and(|counts| counts.too_old.is_some());
    let lost = if lost { "; what is older than Close's 30 days is lost" } else { "" };
    match (&recovery.error, recovery.finished_at) {
        (Some(error), _) => format!("{run} run since {since}, tried again: {error}"),
        (None, None) => format!("{run} run since {since}, under way"),
        (None, Some(at)) => format!("{run} run since {since}, {}{lost}", time::ago(at, now)),
    }
}

/// Fails where something is not as it should be even now.
async fn reconcile(context: &Context<'_>) -> Result<ExitCode, CliError> {
    let answer = context.client()?.post(&["registrations", "reconcile"], Body::Empty).await?;
    let told: Reconciliation = decode(&answer)?;
    let output = context.output;
    if output.is_json() {
        output.json(&answer)?;
    } else {
        output.line(&summary(&told))?;
        if !told.found.is_empty() {
            output.line(&found(&told).render(output.paint()))?;
        }
        for asked in &told.credentials {
            if let Some(warning) = &asked.warning {
                output.line(&format!("credential {}: {warning}", asked.name))?;
            }
            if let Some(error) = &asked.error {
                let retry = asked.retry_at.map(|at| format!("; tried again at {at}"));
                output.line(&format!("credential {}: {error}{}", asked.name, retry.unwrap_or_default()))?;
            }
        }
    }
    let is_well = told.found.iter().all(|found| found.mended)
        && told.credentials.iter().all(|asked| asked.error.is_none());
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn summary(told: &Reconciliation) -> String {
    let mended = told.found.iter().filter(|found| found.mended).count();
    let open = told.found.len() - mended;
    let looked_at = match told.registrations {
        1 => "1 registration looked at".to_owned(),
        count => format!("{count} registrations looked at"),
    };
    match (mended, open) {
        (0, 0) => format!("{looked_at}: nothing to put right"),
        (mended, 0) => format!("{looked_at}: {mended} put right"),
        (mended, open) => format!("{looked_at}: {mended} put right, {open} not yet"),
    }
}

fn found(told: &Reconciliation) -> Table {
    let mut table = Table::new(["WORKFLOW", "TRIGGER", "SUBSCRIPTION", "WHAT", "ERROR"]);
    for found in &told.found {
        table.row([
            Cell::from(found.workflow.clone()),
            Cell::from(found.trigger.clone()),
            Cell::from(found.webhook_id.clone()),
            Cell::from(found.what.clone()),
            Cell::toned(found.error.as_deref().unwrap_or_default(), Tone::Bad),
        ]);
    }
    table
}
