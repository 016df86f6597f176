//! `bellhop validate`: checks workflow files on this machine, without a server.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::checked::{self, CheckedFile, Verdict};
use super::{CliError, Context, diagnostics};

/// What `bellhop validate` takes.
#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// Workflow files, or directories with such files
    #[arg(required = true, value_name = "FILE")]
    paths: Vec<PathBuf>,
}

pub(super) fn run(args: &ValidateArgs, context: &Context<'_>) -> Result<ExitCode, CliError> {
    let files = checked::check(&args.paths)?;
    let valid = files.iter().all(|file| file.workflow().is_some());
    let output = context.output;
    if output.is_json() {
        let files: Vec<Value> = files.iter().map(to_json).collect();
        output.json(&json!({ "valid": valid, "files": files }))?;
    } else {
        print_mistakes(&files, context);
        let good = || files.iter().filter_map(|file| Some((file.name(), file.workflow()?)));
        let width = good().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        for (name, workflow) in good() {
            output.line(&format!("{}  {name:<width$}  {workflow}", output.paint().good("ok")))?;
        }
        if !valid || files.len() > 1 {
            output.note(&summary(&files));
        }
    }
    Ok(if valid { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Shows the mistakes of all the files on standard error.
pub(super) fn print_mistakes(files: &[CheckedFile], context: &Context<'_>) {
    let (output, paint) = (context.output, context.output.paint_errors());
    for file in files {
        if let Verdict::Unreadable(why) = &file.verdict {
            output.note(&format!("{} {why}\n", paint.bad("error:")));
        }
        if !file.diagnostics.is_empty() {
            output.note(&diagnostics::render(&file.diagnostics, &file.name(), paint));
        }
    }
}

fn summary(files: &[CheckedFile]) -> String {
    let (errors, warnings) = files.iter().fold((0, 0), |(errors, warnings), file| {
        let (more_errors, more_warnings) = diagnostics::count(&file.diagnostics);
        let unreadable = usize::from(matches!(file.verdict, Verdict::Unreadable(_)));
        (errors + more_errors + unreadable, warnings + more_warnings)
    });
    let parts = [(files.len(), "file"), (errors, "error"), (warnings, "warning")];
    parts.map(|(count, what)| format!("{count} {what}{}", if count == 1 { "" } else { "s" })).join(", ")
}

fn to_json(file: &CheckedFile) -> Value {
    let mut entry = json!({
        "file": file.name(),
        "valid": file.workflow().is_some(),
        "workflow": file.workflow(),
        "diagnostics": file.diagnostics,
    });
    if let Verdict::Unreadable(why) = &file.verdict {
        entry["error"] = why.as_str().into();
    }
    entry
}
