//! Workflow files, read and checked on this machine.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use bellhop_trigger::catalogue::catalogue;
use bellhop_workflow::diagnostic::Diagnostic;
use bellhop_workflow::ids::WorkflowName;

use super::CliError;
use crate::files::workflow_files;

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
            Verdict::Invalid | Verdict::Unreadable(_) => None,
        }
    }
}

/// Checks all of the files, and those in the directories among them.
pub(super) fn check(paths: &[PathBuf]) -> Result<Vec<CheckedFile>, CliError> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let found = workflow_files(path)
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
    Ok(files.into_iter().map(check_file).collect())
}

fn check_file(path: PathBuf) -> CheckedFile {
    let yaml = match read(&path) {
        Ok(yaml) => yaml,
        Err(error) => {
            let verdict = Verdict::Unreadable(format!("cannot read {}: {error}", path.display()));
            return CheckedFile { path, yaml: String::new(), verdict, diagnostics: Vec::new() };
        }
    };
    let (verdict, diagnostics) = match bellhop_workflow::parse(&yaml, catalogue()) {
        Ok(parsed) => (Verdict::Valid(parsed.workflow.name), parsed.warnings),
        Err(diagnostics) => (Verdict::Invalid, diagnostics),
    };
    CheckedFile { path, yaml, verdict, diagnostics }
}

fn read(path: &Path) -> io::Result<String> {
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
