//! Test files: found, read, checked and run.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use bellhop_rehearsal::{CaseReport, Coverage, Rehearser};
use bellhop_workflow::diagnostic::Diagnostic;
use bellhop_workflow::testfile::{self, Case, TestFile};

use crate::cli::neighbours::{Neighbour, Neighbours};
use crate::cli::{CliError, checked};
use crate::files::{is_test, test_files, workflow_files};

/// What is to be run.
#[derive(Debug)]
pub(super) struct Plan {
    /// The test files, each once.
    pub(super) files: Vec<PathBuf>,
    /// The workflow files that were named, or found in directories that were named.
    workflows: Vec<PathBuf>,
}

/// A test file, and what came of it.
#[derive(Debug)]
pub(super) struct Suite {
    path: PathBuf,
    outcome: Outcome,
}

#[derive(Debug)]
enum Outcome {
    Tested(Box<Tested>),
    /// The file at the path, which is the test file or its workflow, has mistakes.
    Mistaken(PathBuf, Vec<Diagnostic>),
    /// The file cannot be read, for the reason in the text.
    Unreadable(String),
}

/// What came of the cases of one file.
#[derive(Debug)]
pub(super) struct Tested {
    pub(super) workflow: String,
    /// Where the workflow is.
    pub(super) workflow_path: PathBuf,
    pub(super) cases: Vec<CaseReport>,
    pub(super) coverage: Coverage,
    /// What is probably a mistake in the test file.
    pub(super) warnings: Vec<Diagnostic>,
}

/// Finds the test files among `paths`, in the directories among them, and beside the workflows among them.
pub(super) fn plan(paths: &[PathBuf]) -> Result<Plan, CliError> {
    let mut plan = Plan { files: Vec::new(), workflows: Vec::new() };
    for path in paths {
        if path.is_dir() {
            let read = |found: std::io::Result<Vec<PathBuf>>| {
                found.map_err(|error| CliError::failed(format!("cannot read {}: {error}", path.display())))
            };
            plan.files.append(&mut read(test_files(path))?);
            plan.workflows.append(&mut read(workflow_files(path))?);
        } else if is_test(path) {
            plan.files.push(path.clone());
        } else {
            plan.files.push(beside(path)?);
            plan.workflows.push(path.clone());
        }
    }
    let mut seen = HashSet::new();
    plan.files.retain(|file| seen.insert(file.clone()));
    if plan.files.is_empty() {
        let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        return Err(CliError::failed(format!("there are no tests in {}", names.join(", ")))
            .with_help("the tests of `NAME.yaml` are in `NAME.test.yaml` beside it"));
    }
    Ok(plan)
}

/// The tests of a workflow file.
fn beside(workflow: &Path) -> Result<PathBuf, CliError> {
    let tests = ["test.yaml", "test.yml"].map(|ending| workflow.with_extension(ending));
    if let Some(found) = tests.iter().find(|path| path.is_file()) {
        return Ok(found.clone());
    }
    let message = if workflow.exists() {
        format!("{} has no tests", workflow.display())
    } else {
        format!("cannot read {}: there is no such file", workflow.display())
    };
    Err(CliError::failed(message).with_help(format!("its tests would be in {}", tests[0].display())))
}

impl Plan {
    /// The workflow files that none of the suites is about.
    pub(super) fn untested(&self, suites: &[Suite]) -> Vec<String> {
        let is_tested = |workflow: &&PathBuf| {
            suites.iter().any(|suite| match &suite.outcome {
                Outcome::Tested(tested) => same_file(&tested.workflow_path, workflow),
                // What it is about is not known for sure; its own mistake is enough to say.
                Outcome::Mistaken(..) | Outcome::Unreadable(_) => stem(&suite.path) == stem(workflow),
            })
        };
        self.workflows.iter().filter(|path| !is_tested(path)).map(|path| path.display().to_string()).collect()
    }
}

fn same_file(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn stem(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()?.split('.').next()
}

/// Runs the cases of a file whose name, or whose workflow's name, has `filter` in it; none where there is no such case.
pub(super) async fn run(path: &Path, filter: Option<&str>, rehearser: &Rehearser) -> Option<Suite> {
    let outcome = match read(path) {
        Ok((workflow, parsed)) => {
            let cases: Vec<&Case> =
                parsed.tests.cases.iter().filter(|case| is_wanted(case, &workflow, filter)).collect();
            if cases.is_empty() {
                return None;
            }
            Outcome::Tested(Box::new(tested(workflow, &cases, parsed.warnings, rehearser).await))
        }
        Err(outcome) => outcome,
    };
    Some(Suite { path: path.to_owned(), outcome })
}

fn is_wanted(case: &Case, neighbour: &Sound, filter: Option<&str>) -> bool {
    let Some(filter) = filter.map(str::to_lowercase) else { return true };
    let names = [case.name.as_str(), neighbour.workflow.name.as_str()];
    names.iter().any(|name| name.to_lowercase().contains(&filter))
}

/// A workflow without mistakes.
struct Sound {
    path: PathBuf,
    workflow: bellhop_workflow::model::Workflow,
}

struct Read {
    tests: TestFile,
    warnings: Vec<Diagnostic>,
}

fn read(path: &Path) -> Result<(Sound, Read), Outcome> {
    let unreadable =
        |error: std::io::Error| Outcome::Unreadable(format!("cannot read {}: {error}", path.display()));
    let yaml = checked::read(path).map_err(unreadable)?;
    let neighbours = Neighbours::of(path).map_err(unreadable)?;
    let parsed = testfile::parse(&yaml, &neighbours.companion(path, &yaml))
        .map_err(|diagnostics| Outcome::Mistaken(path.to_owned(), diagnostics))?;
    match neighbours.tested_by(path, &yaml) {
        Some(Neighbour { path, parsed: Ok(workflow) }) => {
            let sound = Sound { path: path.clone(), workflow: workflow.clone() };
            Ok((sound, Read { tests: parsed.tests, warnings: parsed.warnings }))
        }
        Some(Neighbour { path, parsed: Err(diagnostics) }) => {
            Err(Outcome::Mistaken(path.clone(), diagnostics.clone()))
        }
        // The parser refuses tests of a workflow that is not there.
        None => Err(Outcome::Unreadable(format!("there is no workflow for {}", path.display()))),
    }
}

async fn tested(
    Sound { path, workflow }: Sound,
    cases: &[&Case],
    warnings: Vec<Diagnostic>,
    rehearser: &Rehearser,
) -> Tested {
    let mut coverage = Coverage::of(&workflow);
    let mut reports = Vec::new();
    for case in cases {
        let report = rehearser.rehearse(&workflow, case).await;
        coverage.add(&report.reached);
        reports.push(report);
    }
    Tested { workflow: workflow.name.to_string(), workflow_path: path, cases: reports, coverage, warnings }
}

impl Suite {
    /// The test file's name for a person.
    pub(super) fn file(&self) -> String {
        self.path.display().to_string()
    }

    /// Where the test file is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What came of its cases; none where they could not be run.
    pub(super) fn tested(&self) -> Option<&Tested> {
        match &self.outcome {
            Outcome::Tested(tested) => Some(tested),
            Outcome::Mistaken(..) | Outcome::Unreadable(_) => None,
        }
    }

    pub(super) fn workflow(&self) -> Option<&str> {
        self.tested().map(|tested| tested.workflow.as_str())
    }

    pub(super) fn has_passed(&self) -> bool {
        self.tested().is_some_and(|tested| tested.cases.iter().all(CaseReport::has_passed))
    }

    /// The mistakes that are to be shown, and the file that they are in.
    pub(super) fn mistakes(&self) -> (String, &[Diagnostic]) {
        match &self.outcome {
            Outcome::Tested(tested) => (self.file(), &tested.warnings),
            Outcome::Mistaken(path, diagnostics) => (path.display().to_string(), diagnostics),
            Outcome::Unreadable(_) => (self.file(), &[]),
        }
    }

    /// Why the file could not even be read.
    pub(super) fn unreadable(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Unreadable(why) => Some(why),
            Outcome::Tested(_) | Outcome::Mistaken(..) => None,
        }
    }
}
