//! `bellhop import`: what `bellhop export` has written, into another database.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Map, Value, json};

use super::backup::with_help;
use super::local::LocalArgs;
use super::output::table::{Cell, Table};
use super::output::text;
use super::{CliError, Context};
use crate::care::{Imported, import};

/// From where.
#[derive(Debug, Args)]
#[command(after_help = "\
Writes into the database; a server on SQLite has to be stopped. What is there already stays as it is, so that it can
be run again. Workflows come in switched off. Executions that had not ended stay where they were. After an error
nothing was imported.")]
pub struct ImportArgs {
    /// The archive; standard input where it is left out
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    local: LocalArgs,
}

pub(super) async fn run(args: &ImportArgs, context: &Context<'_>) -> Result<ExitCode, CliError> {
    let settings = args.local.settings(context)?;
    let mut archive: Box<dyn BufRead + Send> = match &args.file {
        Some(file) => {
            let open = File::open(file);
            let open = open.map_err(|error| CliError::failed(format!("{}: {error}", file.display())))?;
            Box::new(BufReader::new(open))
        }
        None => Box::new(BufReader::new(io::stdin())),
    };
    let imported = import(&settings, &mut *archive, context.now()).await;
    let imported = imported.map_err(|error| with_help(&error, error.help().map(str::to_owned)))?;
    tell_of(&imported, context)?;
    Ok(ExitCode::SUCCESS)
}

fn tell_of(imported: &Imported, context: &Context<'_>) -> Result<(), CliError> {
    let output = context.output;
    if output.is_json() {
        let tallies = imported.tallies.iter().map(|(kind, tally)| {
            let tally = json!({ "created": tally.created, "there": tally.there, "skipped": tally.skipped });
            ((*kind).to_owned(), tally)
        });
        let tallies: Map<String, Value> = tallies.collect();
        return Ok(output.json(&json!({ "imported": tallies, "skipped": imported.skipped }))?);
    }
    if imported.tallies.is_empty() {
        output.note("the archive is empty");
        return Ok(());
    }
    let mut table = Table::new(["KIND", "CREATED", "THERE ALREADY", "SKIPPED"]);
    for (kind, tally) in &imported.tallies {
        let counts = [tally.created, tally.there, tally.skipped].map(|count| Cell::from(count.to_string()));
        table.row(std::iter::once(Cell::from(*kind)).chain(counts).collect::<Vec<_>>());
    }
    output.line(&table.render(output.paint()))?;
    for (why, count) in &imported.skipped {
        let times = if *count == 1 { String::new() } else { format!(" ({count} times)") };
        output.note(&format!("skipped {}{times}", text::clean(why)));
    }
    Ok(())
}
