//! `bellhop validate`: checks files of workflows and of their tests on this machine, without a server.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::checked::{self, CheckedFile, Verdict};
use super::output::github;
use super::{CliError, Context, diagnostics};

/// What `bellhop validate` takes.
#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// Files of workflows or of their tests (*.test.yaml), or directories with such files
    #[arg(required = true, value_name = "FILE")]
    paths: Vec<PathBuf>,
}

pub(super) fn run(args: &ValidateArgs, context: &Context<'_>) -> Result<ExitCode, CliError> {
    let files = checked::check_with_tests(&args.paths)?;
    let valid = files.iter().all(|file| file.holds().is_some());
    let output = context.output;
    if output.is_github() {
        for line in files.iter().flat_map(annotations) {
            output.line(&line)?;
        }
        output.note(&summary(&files));
    } else if output.is_json() {
        let files: Vec<Value> = files.iter().map(to_json).collect();
        output.json(&json!({ "valid": valid, "files": files }))?;
    } else {
        print_mistakes(&files, context);
        let good = || files.iter().filter_map(|file| Some((file.name(), file.holds()?)));
        let width = good().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        for (name, what) in good() {
            output.line(&format!("{}  {name:<width$}  {what}", output.paint().good("ok")))?;
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

/// The mistakes of a file, for GitHub Actions.
fn annotations(file: &CheckedFile) -> Vec<String> {
    let name = file.name();
    let unreadable = match &file.verdict {
        Verdict::Unreadable(why) => Some(github::error(&name, None, "unreadable", why)),
        Verdict::Valid(_) | Verdict::Tests(_) | Verdict::Invalid => None,
    };
    let found = file.diagnostics.iter().map(|diagnostic| github::diagnostic(diagnostic, &name));
    unreadable.into_iter().chain(found).collect()
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
        "valid": file.holds().is_some(),
        "workflow": file.workflow(),
        "diagnostics": file.diagnostics,
    });
    match &file.verdict {
        Verdict::Unreadable(why) => entry["error"] = why.as_str().into(),
        Verdict::Tests(cases) => entry["cases"] = (*cases).into(),
        Verdict::Valid(_) | Verdict::Invalid => {}
    }
    entry
}
