//! Files on disk: those of workflows, and what all files have in common.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The workflow files in `dir` and below, sorted by path. Hidden files and directories are passed over, as are the
/// tests that lie beside workflows (`*.test.yaml`).
pub(crate) fn workflow_files(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = yaml_files(dir)?;
    files.retain(|file| !is_test(file));
    Ok(files)
}

/// The test files (`*.test.yaml`) in `dir` and below, sorted by path.
pub(crate) fn test_files(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = yaml_files(dir)?;
    files.retain(|file| is_test(file));
    Ok(files)
}

/// Whether a file is called as the tests of a workflow are.
pub(crate) fn is_test(path: &Path) -> bool {
    test_of(path).is_some()
}

/// What stands before `.test.yaml` in the name of a test file: the name of the file that it tests, usually.
pub(crate) fn test_of(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?;
    name.strip_suffix(".test.yaml").or_else(|| name.strip_suffix(".test.yml"))
}

/// All YAML files in `dir` and below, sorted by path.
pub(crate) fn yaml_files(dir: &Path) -> io::Result<Vec<PathBuf>> {
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
        } else if is_yaml(name) && path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

fn is_yaml(name: &str) -> bool {
    matches!(name.rsplit_once('.'), Some((_, "yaml" | "yml")))
}

/// Makes the names in a file's directory durable.
pub(crate) fn sync_directory_of(path: &Path) -> io::Result<()> {
    File::open(directory_of(path))?.sync_all()
}

/// The directory that a file is in.
pub(crate) fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The path of a file that lies beside another under its name and a suffix.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
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
        let relative = |found: Vec<PathBuf>| -> Vec<String> {
            found.iter().map(|path| path.strip_prefix(dir.path()).unwrap().display().to_string()).collect()
        };
        assert_eq!(relative(workflow_files(dir.path()).unwrap()), ["a.yml", "b.yaml", "sales/c.yaml"]);
        assert_eq!(relative(test_files(dir.path()).unwrap()), ["a.test.yaml"]);
        assert_eq!(test_of(Path::new("x/a.test.yml")), Some("a"));
    }
}
