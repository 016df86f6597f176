//! `bellhop export`: workflows and history as lines of JSON.

use std::io::{self, BufWriter};
use std::path::PathBuf;
use std::process::ExitCode;

use bellhop_storage::Wanted;
use clap::Args;
use serde_json::json;

use super::backup::with_help;
use super::local::LocalArgs;
use super::output::text;
use super::{CliError, Context};
use crate::care::{Part, export};

/// What, and where to.
#[derive(Debug, Args)]
#[command(after_help = "\
Reads the database, beside a running server if there is one. Each line is an object with a `kind` (workflow,
credential, state, delivery, execution) and the `version` of the format. Of credentials only names leave, and of
masked values only the masks. Without --workflows, --state and --history, everything leaves.")]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own on the command line")]
pub struct ExportArgs {
    /// Workflows with all their versions, and the names of credentials
    #[arg(long)]
    workflows: bool,
    /// What `state` steps have written: the durable keys of workflows
    #[arg(long)]
    state: bool,
    /// Deliveries, and executions with their steps
    #[arg(long)]
    history: bool,
    /// Replace the file, where one of that name is there
    #[arg(long)]
    force: bool,
    /// The file to make, which only its owner may read; standard output where it is left out
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    local: LocalArgs,
}

pub(super) async fn run(args: &ExportArgs, context: &Context<'_>) -> Result<ExitCode, CliError> {
    let settings = args.local.settings(context)?;
    let all = !args.workflows && !args.state && !args.history;
    let wanted =
        Wanted { workflows: all || args.workflows, state: all || args.state, history: all || args.history };
    let Some(file) = &args.file else {
        let mut out = BufWriter::new(io::stdout());
        export(&settings, wanted, &mut out).await.map_err(|error| failed(&error))?;
        return Ok(ExitCode::SUCCESS);
    };
    let unwritable = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => CliError::failed(format!("{} is there already", file.display()))
            .with_help("name another file, or replace it with `--force`"),
        _ => CliError::failed(format!("{} cannot be written: {error}", file.display())),
    };
    if !args.force && file.symlink_metadata().is_ok() {
        return Err(unwritable(io::ErrorKind::AlreadyExists.into()));
    }
    let mut part = Part::of(file).map_err(unwritable)?;
    let mut out = BufWriter::new(part.writer());
    let counts = export(&settings, wanted, &mut out).await.map_err(|error| failed(&error))?;
    drop(out);
    part.keep(args.force).map_err(unwritable)?;
    let output = context.output;
    if output.is_json() {
        output.json(&json!({ "file": file.display().to_string(), "exported": counts }))?;
    } else {
        let counts =
            counts.iter().map(|(kind, count)| text::counted(*count, in_words(kind))).collect::<Vec<_>>();
        let what = if counts.is_empty() { "nothing".to_owned() } else { counts.join(", ") };
        output.line(&format!("exported {what} to {}", file.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What a person calls that kind.
fn in_words(kind: &str) -> &str {
    if kind == "state" { "durable keys" } else { kind }
}

fn failed(error: &crate::care::ArchiveError) -> CliError {
    with_help(error, error.help().map(str::to_owned))
}
