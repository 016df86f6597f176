//! `bellhop restore`: a backup in the place of the database.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::backup::{in_words, master_key_to_json, remark_on, rows_to_json, with_help};
use super::local::LocalArgs;
use super::output::text;
use super::progress::Progress;
use super::{CliError, Context};
use crate::care::{RestoreStep, Restored, restore};

/// What to put back.
#[derive(Debug, Args)]
#[command(after_help = "\
The server has to be stopped. The backup is checked first; the database that was there is kept beside the new
one under a name that ends in `.before-restore`. What was registered at Close since the backup is put right by
the next start.")]
pub struct RestoreArgs {
    /// The file that `bellhop backup` has made
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    local: LocalArgs,
}

pub(super) async fn run(args: &RestoreArgs, context: &Context<'_>) -> Result<ExitCode, CliError> {
    let settings = args.local.settings(context)?;
    let progress = Progress::new(context.output);
    progress.begin("copying the backup");
    let tell = |step| match step {
        RestoreStep::Copied => progress.begin("checking the backup"),
        RestoreStep::Checked => progress.begin("putting it in the database's place"),
        RestoreStep::Named | RestoreStep::Aside | RestoreStep::Replaced => {}
    };
    let restored = restore(&settings, &args.file, &tell).await;
    drop(progress);
    let restored = restored.map_err(|error| with_help(&error, error.help()))?;
    tell_of(&restored, context)?;
    Ok(ExitCode::SUCCESS)
}

fn tell_of(restored: &Restored, context: &Context<'_>) -> Result<(), CliError> {
    let output = context.output;
    let kept = restored.kept.as_ref().map(|path| path.display().to_string());
    if output.is_json() {
        return Ok(output.json(&json!({
            "database": restored.database.display().to_string(),
            "kept": kept,
            "schema": restored.schema.at(),
            "rows": rows_to_json(&restored.rows),
            "master_key": master_key_to_json(&restored.key),
            "sealed_with_another_key": restored.closed,
        }))?);
    }
    let (database, rows) = (restored.database.display(), in_words(&restored.rows));
    output.line(&format!("{database} is the backup now, with {rows}"))?;
    if let Some(kept) = kept {
        output.note(&format!("what was there before is {kept}; delete it once all is well"));
    }
    if let Some(remark) = remark_on(restored.schema) {
        output.note(&remark);
    }
    if !restored.closed.is_empty() {
        let paint = output.paint_errors();
        output.note(&format!(
            "{} the master key ({}) is not the one that this was sealed with:",
            paint.bad("warning:"),
            restored.key
        ));
        for one in &restored.closed {
            output.note(&format!("  {}", text::clean(one)));
        }
        output.note("  put the right key there before the server starts, or store these credentials anew");
    }
    Ok(())
}
