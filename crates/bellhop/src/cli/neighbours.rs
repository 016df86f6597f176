//! The workflows that lie beside a test file, and which of them it tests.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bellhop_trigger::catalogue::catalogue;
use bellhop_workflow::diagnostic::Diagnostic;
use bellhop_workflow::model::Workflow;
use bellhop_workflow::testfile::{self, Companion};

use super::checked;
use crate::files::{is_test, test_of};

/// A workflow file.
#[derive(Debug)]
pub(super) struct Neighbour {
    /// Where it is.
    pub(super) path: PathBuf,
    /// What it holds, or what is wrong with it.
    pub(super) parsed: Result<Workflow, Vec<Diagnostic>>,
}

impl Neighbour {
    fn stem(&self) -> Option<&str> {
        self.path.file_stem()?.to_str()
    }

    fn companion(&self) -> Companion<'_> {
        match &self.parsed {
            Ok(workflow) => Companion::Found(workflow),
            Err(_) => Companion::Broken,
        }
    }
}

/// The workflow files of one directory.
#[derive(Debug)]
pub(super) struct Neighbours(Vec<Neighbour>);

impl Neighbours {
    /// Those in the directory of a file. One that cannot be read is passed over.
    pub(super) fn of(file: &Path) -> io::Result<Self> {
        let dir = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // Named as the test file is, without the `./` that the present directory would put in front.
        let named = |path: PathBuf| path.strip_prefix(".").map(Path::to_owned).unwrap_or(path);
        let mut paths = Vec::new();
        for entry in fs::read_dir(dir)? {
            let path = named(entry?.path());
            let is_yaml = path.extension().is_some_and(|kind| kind == "yaml" || kind == "yml");
            if is_yaml && !is_test(&path) {
                paths.push(path);
            }
        }
        paths.sort();
        let parse = |path: PathBuf| {
            let yaml = checked::read(&path).ok()?;
            let parsed = bellhop_workflow::parse(&yaml, catalogue()).map(|parsed| parsed.workflow);
            Some(Neighbour { path, parsed })
        };
        Ok(Self(paths.into_iter().filter_map(parse).collect()))
    }

    /// The workflow that the test file at `path` is about: the one that it names, else the one whose file is called as
    /// it is.
    pub(super) fn tested_by(&self, path: &Path, yaml: &str) -> Option<&Neighbour> {
        let stem = test_of(path);
        let named = testfile::workflow_named(yaml);
        let called = |neighbour: &&Neighbour| match (&neighbour.parsed, &named) {
            (Ok(workflow), Some(named)) => workflow.name.as_str() == named,
            (Ok(_), None) => neighbour.stem() == stem,
            // What it is called cannot be known for sure. That it has mistakes is the better thing to say than that it
            // is not there.
            (Err(_), _) => {
                neighbour.stem().is_some()
                    && (neighbour.stem() == stem || neighbour.stem() == named.as_deref())
            }
        };
        let sound = self.0.iter().filter(|neighbour| neighbour.parsed.is_ok()).find(called);
        sound.or_else(|| self.0.iter().find(called))
    }

    /// The same, as the test file's parser takes it.
    pub(super) fn companion(&self, path: &Path, yaml: &str) -> Companion<'_> {
        self.tested_by(path, yaml)
            .map_or_else(|| Companion::Missing { known: self.names() }, Neighbour::companion)
    }

    fn names(&self) -> Vec<String> {
        let sound = self.0.iter().filter_map(|neighbour| neighbour.parsed.as_ref().ok());
        sound.map(|workflow| workflow.name.to_string()).collect()
    }
}
