//! Writing what was drafted: all of its files, or none, and none over another.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use bellhop_trigger::catalogue::catalogue;
use bellhop_workflow::diagnostic::Diagnostic;
use bellhop_workflow::ids::WorkflowName;
use bellhop_workflow::testfile::{self, Companion};

use super::draft::Draft;
use super::workflow_file;
use crate::cli::{CliError, Context, checked, diagnostics};
use crate::files::workflow_files;

/// Writes the files, and says which: the workflow, its tests and, where there is one, the event.
pub(super) fn write(draft: &Draft, dir: &Path, context: &Context<'_>) -> Result<Vec<PathBuf>, CliError> {
    refuse_what_is_there(dir, &draft.name)?;
    let (workflow, tests) = (draft.workflow(), draft.tests());
    let [at, tests_at, event_at] = paths(dir, &draft.name);
    let wrong = |path: &Path, found: &[Diagnostic]| {
        context.output.note(&diagnostics::render(
            found,
            &path.display().to_string(),
            context.output.paint_errors(),
        ));
        CliError::failed("what was asked for makes no workflow; nothing was written")
    };
    let parsed = bellhop_workflow::parse(&workflow, catalogue()).map_err(|found| wrong(&at, &found))?;
    testfile::parse(&tests, &Companion::Found(&parsed.workflow)).map_err(|found| wrong(&tests_at, &found))?;

    let mut files = vec![(at, workflow), (tests_at, tests)];
    files.extend(draft.event().map(|event| (event_at, format!("{event:#}\n"))));
    let unwritable = |path: &Path, error: &io::Error| {
        CliError::failed(format!("cannot write {}: {error}", path.display()))
    };
    fs::create_dir_all(dir).map_err(|error| unwritable(dir, &error))?;
    let mut made: Vec<PathBuf> = Vec::new();
    for (path, text) in files {
        if let Err(error) = create(&path, &text) {
            for path in made {
                let _ = fs::remove_file(path);
            }
            return Err(unwritable(&path, &error));
        }
        made.push(path);
    }
    Ok(made)
}

fn paths(dir: &Path, name: &WorkflowName) -> [PathBuf; 3] {
    [workflow_file(dir, name), dir.join(format!("{name}.test.yaml")), dir.join(format!("{name}.event.json"))]
}

fn create(path: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

/// Refuses a name that a file, or a workflow in the directory, has already.
pub(super) fn refuse_what_is_there(dir: &Path, name: &WorkflowName) -> Result<(), CliError> {
    let help = "give it another name; `bellhop validate` checks the one that is there";
    if let Some(path) = paths(dir, name).iter().find(|path| path.symlink_metadata().is_ok()) {
        return Err(CliError::failed(format!("{} is there already", path.display())).with_help(help));
    }
    // What cannot be read is no reason against a new file.
    for path in workflow_files(dir).unwrap_or_default() {
        let Ok(yaml) = checked::read(&path) else { continue };
        let parsed = bellhop_workflow::parse(&yaml, catalogue());
        if parsed.is_ok_and(|parsed| parsed.workflow.name == *name) {
            return Err(CliError::failed(format!("{} holds a workflow `{name}` already", path.display()))
                .with_help(help));
        }
    }
    Ok(())
}
