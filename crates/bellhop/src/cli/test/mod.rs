//! `bellhop test`: rehearses workflows with the tests that lie beside them. No server, no network, no data directory.
//!
//! Exit code 0 where every case passes, 1 where one fails, 2 where a file cannot be used.

mod json;
mod junit;
mod page;
mod suite;
mod watch;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use bellhop_rehearsal::Rehearser;
use clap::Args;

use self::suite::{Plan, Suite};
use super::output::github;
use super::{CliError, Context};
use crate::scripts;

/// What `bellhop test` takes.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// Test files (*.test.yaml), workflow files with such a file beside them, or directories
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Only the cases with this text in their name, or in the workflow's
    #[arg(long, value_name = "NAME")]
    filter: Option<String>,
    /// Stay, and run again what changes, until Ctrl-C
    #[arg(long, conflicts_with = "junit")]
    watch: bool,
    /// Where to write a report for CI systems
    #[arg(long, value_name = "FILE", help = "Write a report to this file too, as JUnit XML")]
    junit: Option<PathBuf>,
    /// Fail where the cases of a workflow reach less of its steps and branches than so many per cent
    #[arg(long, value_name = "PERCENT", conflicts_with = "filter")]
    #[arg(value_parser = clap::value_parser!(u8).range(0..=100))]
    coverage_min: Option<u8>,
}

pub(super) async fn run(args: &TestArgs, context: &Context<'_>) -> Result<ExitCode, CliError> {
    let tested = if args.watch { watch::run(args, context).await } else { once(args, context).await };
    match tested {
        Ok(verdict) => Ok(verdict.exit_code()),
        Err(CliError::Print(error)) => Err(error.into()),
        Err(error) => {
            error.report(context.output);
            Ok(ExitCode::from(2))
        }
    }
}

/// How it went on the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Passed,
    Failed,
    /// A file could not be used.
    Invalid,
}

impl Verdict {
    fn exit_code(self) -> ExitCode {
        match self {
            Self::Passed => ExitCode::SUCCESS,
            Self::Failed => ExitCode::FAILURE,
            Self::Invalid => ExitCode::from(2),
        }
    }
}

async fn once(args: &TestArgs, context: &Context<'_>) -> Result<Verdict, CliError> {
    let plan = suite::plan(&args.paths)?;
    let suites = rehearse(&plan, args).await?;
    report(&plan, &suites, args, context)
}

/// Runs what is planned, as far as `--filter` lets it.
async fn rehearse(plan: &Plan, args: &TestArgs) -> Result<Vec<Suite>, CliError> {
    let rehearser = Rehearser::new()
        .map_err(|error| CliError::failed(error.to_string()))?
        .with_scripts_in(scripts::in_processes());
    let mut suites = Vec::new();
    for file in &plan.files {
        suites.extend(suite::run(file, args.filter.as_deref(), &rehearser).await);
    }
    if suites.is_empty()
        && let Some(filter) = &args.filter
    {
        let message = format!("no case has `{filter}` in its name, nor in its workflow's");
        return Err(CliError::usage(message).with_help("without --filter, all of them run"));
    }
    Ok(suites)
}

fn report(
    plan: &Plan,
    suites: &[Suite],
    args: &TestArgs,
    context: &Context<'_>,
) -> Result<Verdict, CliError> {
    if let Some(path) = &args.junit {
        fs::write(path, junit::report(suites))
            .map_err(|error| CliError::failed(format!("cannot write {}: {error}", path.display())))?;
    }
    let verdict = verdict(suites, args.coverage_min);
    let output = context.output;
    if output.is_json() {
        output.json(&json::report(plan, suites, verdict == Verdict::Passed))?;
    } else if output.is_github() {
        for line in suites.iter().flat_map(annotations) {
            output.line(&line)?;
        }
        output.note(&page::summary(suites, output.paint_errors()));
    } else {
        let shows_coverage = args.filter.is_none();
        output.line(&page::page(plan, suites, shows_coverage, output.paint()))?;
        for suite in suites.iter().filter(|suite| too_little(suite, args.coverage_min)) {
            let name = suite.workflow().unwrap_or_default();
            let message = format!("the cases of `{name}` reach too little of it");
            output.note(&format!("{} {message}", output.paint_errors().bad("error:")));
        }
    }
    Ok(verdict)
}

fn verdict(suites: &[Suite], coverage_min: Option<u8>) -> Verdict {
    let of = |suite: &Suite| {
        if suite.tested().is_none() {
            Verdict::Invalid
        } else if !suite.has_passed() || too_little(suite, coverage_min) {
            Verdict::Failed
        } else {
            Verdict::Passed
        }
    };
    suites.iter().map(of).max().unwrap_or(Verdict::Passed)
}

fn too_little(suite: &Suite, coverage_min: Option<u8>) -> bool {
    let reached = suite.tested().map(|tested| tested.coverage.percent());
    matches!((reached, coverage_min), (Some(reached), Some(min)) if reached < usize::from(min))
}

/// What fails, for GitHub Actions.
fn annotations(suite: &Suite) -> Vec<String> {
    let file = suite.file();
    let Some(tested) = suite.tested() else {
        let (of, found) = suite.mistakes();
        let found = found.iter().map(|diagnostic| github::diagnostic(diagnostic, &of));
        let unreadable = suite.unreadable().map(|why| github::error(&file, None, "unreadable", why));
        return found.chain(unreadable).collect();
    };
    let failed = tested.cases.iter().filter(|case| !case.has_passed());
    failed
        .map(|case| {
            let why: Vec<String> = case.failures.iter().map(ToString::to_string).collect();
            github::error(&file, Some(case.line), &format!("failed: {}", case.name), &why.join("\n"))
        })
        .collect()
}
