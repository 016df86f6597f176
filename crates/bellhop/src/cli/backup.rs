//! `bellhop backup`: a copy of the database, also of one that is in use.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;

use bellhop_storage::Schema;
use clap::Args;
use serde_json::{Map, Value, json};

use super::local::LocalArgs;
use super::output::text;
use super::progress::Progress;
use super::{CliError, Context};
use crate::care::{BackedUp, BackupError, KeyPlace, Stage, backup, chain};

/// Where to.
#[derive(Debug, Args)]
#[command(after_help = "\
The server may run. The copy is what the database was at one instant, in one file that only its owner may
read; it is checked before it takes its name. It does not hold the master key, without which nothing secret
in it can be opened: keep that elsewhere. `bellhop restore FILE` puts it back. PostgreSQL: use pg_dump.")]
pub struct BackupArgs {
    /// The file to make
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replace the file, where one of that name is there
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    local: LocalArgs,
}

pub(super) async fn run(args: &BackupArgs, context: &Context<'_>) -> Result<ExitCode, CliError> {
    let settings = args.local.settings(context)?;
    let progress = Progress::new(context.output);
    let grows = Mutex::new(None);
    let (told, mut copying) = tokio::sync::watch::channel(());
    let tell = |stage: Stage<'_>| match stage {
        Stage::Copying { into, about } => {
            progress.begin_bytes("copying", about);
            if let Ok(mut grows) = grows.lock() {
                *grows = Some(into.to_owned());
            }
            told.send_replace(());
        }
        Stage::Checking => progress.begin("checking the copy"),
    };
    let watching = async {
        // That it ends without a copy is told by the other side.
        let _ = copying.changed().await;
        let file = grows.lock().ok().and_then(|file| file.clone()).unwrap_or_default();
        progress.follow(&file).await;
    };
    let made = tokio::select! {
        made = backup(&settings, &args.file, args.force, &tell) => made,
        () = watching => return Err(CliError::failed("the copy was given up")),
        // What was written so far is taken away.
        _ = tokio::signal::ctrl_c() => return Err(CliError::failed("interrupted; no file was made")),
    };
    drop(progress);
    tell_of(&made.map_err(|error| failed(&error))?, args, context)?;
    Ok(ExitCode::SUCCESS)
}

fn failed(error: &BackupError) -> CliError {
    with_help(error, error.help())
}

/// The error with its causes, and what to do about it.
pub(super) fn with_help(error: &dyn std::error::Error, help: Option<String>) -> CliError {
    let failed = CliError::failed(chain(error));
    match help {
        Some(help) => failed.with_help(help),
        None => failed,
    }
}

fn tell_of(made: &BackedUp, args: &BackupArgs, context: &Context<'_>) -> Result<(), CliError> {
    let output = context.output;
    let file = args.file.display();
    if output.is_json() {
        return Ok(output.json(&json!({
            "file": file.to_string(),
            "bytes": made.bytes,
            "schema": made.schema.at(),
            "rows": rows_to_json(&made.rows),
            "master_key": master_key_to_json(&made.key),
        }))?);
    }
    let size = text::bytes(made.bytes);
    output.line(&format!("backed up to {file}: {size}, whole, with {}", in_words(&made.rows)))?;
    if let Some(remark) = remark_on(made.schema) {
        output.note(&remark);
    }
    let hint = format!(
        "it does not hold the master key, which everything secret in it is sealed with: keep {} as well, elsewhere",
        made.key
    );
    output.note(&output.paint_errors().dim(&hint));
    Ok(())
}

/// What matters of the tables.
pub(super) fn in_words(rows: &[(String, i64)]) -> String {
    let counted = ["workflows", "executions", "deliveries", "credentials"].map(|table| {
        let count = rows.iter().find(|(name, _)| name == table).map_or(0, |(_, count)| *count);
        text::counted(u64::try_from(count).unwrap_or_default(), table)
    });
    let [workflows, executions, deliveries, credentials] = counted;
    format!("{workflows}, {executions}, {deliveries} and {credentials}")
}

pub(super) fn rows_to_json(rows: &[(String, i64)]) -> Value {
    rows.iter().map(|(table, count)| (table.clone(), json!(count))).collect::<Map<_, _>>().into()
}

/// The file that the key is in; null where it is the settings'.
pub(super) fn master_key_to_json(key: &KeyPlace) -> Value {
    match key {
        KeyPlace::Settings => Value::Null,
        KeyPlace::File(path) => path.display().to_string().into(),
    }
}

/// What there is to say about a database of another version.
pub(super) fn remark_on(schema: Schema) -> Option<String> {
    match schema {
        Schema::Older { at } => Some(format!(
            "an earlier version of Bellhop has written it (its tables are at {at}); the next start brings it to this one"
        )),
        Schema::Newer { at } => Some(format!(
            "a later version of Bellhop has written it (its tables are at {at}), which is needed to use it"
        )),
        Schema::Current { .. } | Schema::Foreign => None,
    }
}
