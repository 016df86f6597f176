//! `bellhop migrate`: everything from one database into another.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::backup::{in_words, rows_to_json, with_help};
use super::progress::Progress;
use super::{CliError, Context};
use crate::care::move_database;

/// From where to where.
#[derive(Debug, Args)]
#[command(after_help = "\
Stop every server before. The new database has to be empty, and is written in one step: after an error it is
as empty as before. The old one is left as it is. What is sealed opens with the same master key.")]
pub struct MigrateArgs {
    /// The database with everything in it.
    #[arg(long, value_name = "URL")]
    #[arg(help = "The database with everything in it: sqlite://PATH or postgres://…")]
    from: String,
    /// The empty one
    #[arg(long, value_name = "URL")]
    to: String,
}

pub(super) async fn run(args: &MigrateArgs, context: &Context<'_>) -> Result<ExitCode, CliError> {
    let progress = Progress::new(context.output);
    let tell = |table: &str, rows: u64| progress.begin(&format!("copying {table}: {rows} rows"));
    let moved = move_database(&args.from, &args.to, &tell).await;
    drop(progress);
    let rows = moved.map_err(|error| with_help(&error, error.help().map(str::to_owned)))?;
    let output = context.output;
    if output.is_json() {
        output.json(&json!({ "rows": rows_to_json(&rows) }))?;
        return Ok(ExitCode::SUCCESS);
    }
    output.line(&format!("everything is in the new database, counted: {}", in_words(&rows)))?;
    let hint = "set `database_url` to the new database and keep the same master key; do not start a server on the old one \
                again, which would take the webhooks at Close for its own";
    output.note(&output.paint_errors().dim(hint));
    Ok(ExitCode::SUCCESS)
}
