//! Files of workflows and of their tests, read and checked on this machine.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use bellhop_trigger::catalogue::catalogue;
use bellhop_workflow::diagnostic::Diagnostic;
use bellhop_workflow::ids::WorkflowName;
use bellhop_workflow::testfile;

use super::CliError;
use super::neighbours::Neighbours;
use crate::files::{is_test, test_files, workflow_files};

/// The most that is read of a file. It is more than a workflow may have, so that the check still says that it is too
/// much, and says so of a file of any size.
const READ_AT_MOST: u64 = 2 * 1_024 * 1_024;

/// A file, and what the check says of it.
#[derive(Debug)]
pub(super) struct CheckedFile {
    /// Where it is, as it was named.
    pub(super) path: PathBuf,
    /// What it holds.
    pub(super) yaml: String,
    /// What it is worth.
    pub(super) verdict: Verdict,
    /// Its mistakes.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// What a file is worth.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It holds the workflow of this name.
    Valid(WorkflowName),
    /// It holds so many tests.
    Tests(usize),
    /// Its mistakes are among the diagnostics.
    Invalid,
    /// It could not even be read.
    Unreadable(String),
}

impl CheckedFile {
    /// The file's name for a person.
    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// The workflow's name, where the file holds one.
    pub(super) fn workflow(&self) -> Option<&WorkflowName> {
        match &self.verdict {
            Verdict::Valid(name) => Some(name),
            Verdict::Tests(_) | Verdict::Invalid | Verdict::Unreadable(_) => None,
        }
    }

    /// What a good file holds, in words.
    pub(super) fn holds(&self) -> Option<String> {
        match &self.verdict {
            Verdict::Valid(name) => Some(name.to_string()),
            Verdict::Tests(1) => Some("1 case".to_owned()),
            Verdict::Tests(cases) => Some(format!("{cases} cases")),
            Verdict::Invalid | Verdict::Unreadable(_) => None,
        }
    }
}

/// Checks all of the workflow files, and those in the directories among them.
pub(super) fn check(paths: &[PathBuf]) -> Result<Vec<CheckedFile>, CliError> {
    Ok(gather(paths, workflow_files)?.into_iter().map(check_file).collect())
}

/// The same with the tests that lie beside the workflows.
pub(super) fn check_with_tests(paths: &[PathBuf]) -> Result<Vec<CheckedFile>, CliError> {
    let both = |dir: &Path| {
        let mut files = workflow_files(dir)?;
        files.append(&mut test_files(dir)?);
        files.sort();
        Ok(files)
    };
    let check = |path: PathBuf| if is_test(&path) { check_tests(path) } else { check_file(path) };
    Ok(gather(paths, both)?.into_iter().map(check).collect())
}

/// The files among `paths`, and those that `find` finds in the directories among them, each once.
pub(super) fn gather(
    paths: &[PathBuf],
    find: impl Fn(&Path) -> io::Result<Vec<PathBuf>>,
) -> Result<Vec<PathBuf>, CliError> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let found = find(path)
                .map_err(|error| CliError::failed(format!("cannot read {}: {error}", path.display())))?;
            if found.is_empty() {
                return Err(CliError::failed(format!("there is no workflow in {}", path.display()))
                    .with_help("a workflow is in a file that ends in .yaml or .yml"));
            }
            files.extend(found);
        } else {
            files.push(path.clone());
        }
    }
    // A file that is named, and is in a directory that is named too, is still one file.
    let mut seen = std::collections::HashSet::new();
    files.retain(|file| seen.insert(file.clone()));
    Ok(files)
}

fn check_file(path: PathBuf) -> CheckedFile {
    let yaml = match read(&path) {
        Ok(yaml) => yaml,
        Err(error) => return unreadable(path, &error),
    };
    let (verdict, diagnostics) = match bellhop_workflow::parse(&yaml, catalogue()) {
        Ok(parsed) => (Verdict::Valid(parsed.workflow.name), parsed.warnings),
        Err(diagnostics) => (Verdict::Invalid, diagnostics),
    };
    CheckedFile { path, yaml, verdict, diagnostics }
}

fn check_tests(path: PathBuf) -> CheckedFile {
    let read = read(&path).and_then(|yaml| Ok((yaml, Neighbours::of(&path)?)));
    let (yaml, neighbours) = match read {
        Ok(read) => read,
        Err(error) => return unreadable(path, &error),
    };
    let parsed = testfile::parse(&yaml, &neighbours.companion(&path, &yaml));
    let (verdict, diagnostics) = match parsed {
        Ok(parsed) => (Verdict::Tests(parsed.tests.cases.len()), parsed.warnings),
        Err(diagnostics) => (Verdict::Invalid, diagnostics),
    };
    CheckedFile { path, yaml, verdict, diagnostics }
}

fn unreadable(path: PathBuf, error: &io::Error) -> CheckedFile {
    let verdict = Verdict::Unreadable(format!("cannot read {}: {error}", path.display()));
    CheckedFile { path, yaml: String::new(), verdict, diagnostics: Vec::new() }
}

/// Reads a file, of one that is far too large only the beginning.
pub(super) fn read(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    let came = File::open(path)?.take(READ_AT_MOST).read_to_end(&mut bytes)?;
    if u64::try_from(came).is_ok_and(|came| came >= READ_AT_MOST) {
        // Cut perhaps within a character. The check refuses it for its size.
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        io::Error::new(io::ErrorKind::InvalidData, format!("it is not UTF-8 text (byte {})", place + 1))
    })
}
