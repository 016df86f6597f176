//! Workflow files on disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The workflow files in `dir` and below, sorted by path. Hidden files and directories are passed over, as are the
/// tests that lie beside workflows (`*.test.yaml`).
pub(crate) fn workflow_files(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    collect(dir, &mut files)?;
    files.sort();
    Ok(files)
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let path = entry.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if name.starts_with('.') {
            continue;
        }
        // A link to a directory is not followed, since it may lead back here; one to a file is.
        if entry.file_type()?.is_dir() {
            collect(&path, files)?;
        } else if is_workflow(name) && path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

fn is_workflow(name: &str) -> bool {
    let Some((stem, "yaml" | "yml")) = name.rsplit_once('.') else { return false };
    stem.rsplit_once('.').is_none_or(|(_, kind)| kind != "test")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workflows_are_found_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        for path in
            ["b.yaml", "a.yml", "a.test.yaml", "notes.md", ".hidden.yaml", "sales/c.yaml", ".git/d.yaml"]
        {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let found = workflow_files(dir.path()).unwrap();
        let found: Vec<_> =
            found.iter().map(|path| path.strip_prefix(dir.path()).unwrap().to_str().unwrap()).collect();
        assert_eq!(found, ["a.yml", "b.yaml", "sales/c.yaml"]);
    }
}
