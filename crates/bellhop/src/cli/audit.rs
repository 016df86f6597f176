//! `bellhop audit`: who changed what.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::arguments::{self, Instant};
use super::lists::{self, Stretch, parameters};
use super::output::table::Cell;
use super::output::time;
use super::shapes::AuditEntry;
use super::{CliError, Context};

/// What can be done with the audit log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// List changes, newest first
    List(ListArgs),
}

/// Which changes.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only of things of a kind, or of one of them: workflow, workflow/NAME, credential/NAME, token/NAME
    #[arg(long, value_name = "KIND[/NAME]")]
    object: Option<String>,
    /// Only those of the token of that name; `system` is the server itself, `cli` a command on its database
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,
    /// Only since then: a time, or how long ago (2h, 7d)
    #[arg(long, value_name = "TIME", value_parser = arguments::instant)]
    since: Option<Instant>,
    /// Only before then
    #[arg(long, value_name = "TIME", value_parser = arguments::instant)]
    until: Option<Instant>,
    #[command(flatten)]
    stretch: Stretch,
}

pub(super) async fn run(command: AuditCommand, context: &Context<'_>) -> Result<ExitCode, CliError> {
    let AuditCommand::List(args) = command;
    list(args, context).await.map(|()| ExitCode::SUCCESS)
}

async fn list(args: ListArgs, context: &Context<'_>) -> Result<(), CliError> {
    let now = context.now();
    let time_of = |instant: Option<Instant>| instant.map(|instant| instant.seen_from(now).to_string());
    let query = parameters([
        ("object", args.object),
        ("actor", args.actor),
        ("since", time_of(args.since)),
        ("until", time_of(args.until)),
    ]);
    let row = |entry: AuditEntry| {
        let object = match entry.object.name {
            Some(name) => format!("{} {name}", entry.object.kind),
            None => entry.object.kind,
        };
        vec![
            Cell::from(time::ago(entry.at, now)),
            Cell::from(entry.actor.name),
            Cell::from(entry.action),
            Cell::from(object),
            Cell::from(change(&entry.before, &entry.after)),
            Cell::from(entry.address),
        ]
    };
    let heading = ["WHEN", "WHO", "DID", "WHAT", "CHANGE", "FROM"];
    lists::print(context, "audit", &query, &args.stretch, heading, row).await
}

/// What is different: `version 1 -> 2, state active`.
fn change(before: &Value, after: &Value) -> String {
    let shown = if after.is_null() { before } else { after };
    let Value::Object(fields) = shown else { return String::new() };
    let field = |(name, value): (&String, &Value)| match before.get(name) {
        _ if value.is_null() => None,
        Some(was) if !after.is_null() && was != value => {
            Some(format!("{name} {} -> {}", word(was), word(value)))
        }
        Some(_) | None => Some(format!("{name} {}", word(value))),
    };
    fields.iter().filter_map(field).collect::<Vec<_>>().join(", ")
}

fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(word).collect::<Vec<_>>().join(" "),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    }
}
