//! `--watch`: the tests again, whenever a file changes that they are about.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::suite::{self, Plan, Suite};
use super::{TestArgs, Verdict, rehearse, report};
use crate::cli::{CliError, Context};
use crate::files::yaml_files;

/// How often the files are looked at.
const PAUSE: Duration = Duration::from_millis(300);

/// When each file was changed last, and how long it is.
type Seen = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

/// Runs everything once, then what changes, until Ctrl-C. Gives how the last run went.
pub(super) async fn run(args: &TestArgs, context: &Context<'_>) -> Result<Verdict, CliError> {
    let mut seen = look(&args.paths);
    let mut verdict = run_all(args, context).await?;
    context.output.note("\nwatching; Ctrl-C ends it");
    // One for all the time: what is pressed while tests run is heard after them.
    let interrupted = tokio::signal::ctrl_c();
    tokio::pin!(interrupted);
    loop {
        tokio::select! {
            // Where nobody can press it, there is nothing to wait for either.
            _ = &mut interrupted => return Ok(verdict),
            () = tokio::time::sleep(PAUSE) => {}
        }
        let now = look(&args.paths);
        let changed: Vec<PathBuf> = now
            .iter()
            .filter(|(path, stamp)| seen.get(*path) != Some(*stamp))
            .map(|(path, _)| path.clone())
            .chain(seen.keys().filter(|path| !now.contains_key(*path)).cloned())
            .collect();
        seen = now;
        if !changed.is_empty() {
            verdict = run_changed(&changed, args, context).await?;
        }
    }
}

async fn run_all(args: &TestArgs, context: &Context<'_>) -> Result<Verdict, CliError> {
    let plan = suite::plan(&args.paths)?;
    let suites = rehearse(&plan, args).await?;
    report(&plan, &suites, args, context)
}

/// Runs the tests that are about one of the changed files. A mistake in one of them is shown and waited out.
async fn run_changed(
    changed: &[PathBuf],
    args: &TestArgs,
    context: &Context<'_>,
) -> Result<Verdict, CliError> {
    let names: Vec<String> = changed.iter().map(|path| path.display().to_string()).collect();
    context.output.note(&format!("\n{} changed", names.join(", ")));
    let ran: Result<(Plan, Vec<Suite>), CliError> = async {
        let plan = suite::plan(&args.paths)?;
        let suites = rehearse(&plan, args).await?;
        Ok((plan, suites))
    }
    .await;
    match ran {
        Ok((plan, suites)) => {
            let about: Vec<Suite> = suites.into_iter().filter(|suite| is_about(suite, changed)).collect();
            if about.is_empty() {
                context.output.note("no test is about it");
                return Ok(Verdict::Passed);
            }
            report(&plan, &about, args, context)
        }
        Err(CliError::Print(error)) => Err(error.into()),
        Err(error) => {
            error.report(context.output);
            Ok(Verdict::Invalid)
        }
    }
}

/// Whether the suite's own file or its workflow's is among the changed ones. Of a suite that cannot be used nobody knows.
fn is_about(suite: &Suite, changed: &[PathBuf]) -> bool {
    let is_changed = |path: &Path| changed.iter().any(|one| one == path);
    match suite.tested() {
        Some(tested) => is_changed(suite.path()) || is_changed(&tested.workflow_path),
        None => true,
    }
}

/// The files that tests can be about: those in the directories, and those beside the files.
fn look(paths: &[PathBuf]) -> Seen {
    let mut seen = Seen::new();
    for path in paths {
        let files = if path.is_dir() { yaml_files(path).unwrap_or_default() } else { beside(path) };
        for file in files {
            if let Ok(known) = fs::metadata(&file) {
                seen.insert(file, (known.modified().ok(), known.len()));
            }
        }
    }
    seen
}

fn beside(file: &Path) -> Vec<PathBuf> {
    let dir = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    entries
        .map(|path| path.strip_prefix(".").map(Path::to_owned).unwrap_or(path))
        .filter(|path| path.extension().is_some_and(|kind| kind == "yaml" || kind == "yml"))
        .collect()
}
