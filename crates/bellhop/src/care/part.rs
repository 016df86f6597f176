//! A file that takes its name only once it is whole.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::files::{directory_of, sync_directory_of};

/// Beside the file that it becomes, readable by its owner alone, and gone where it does not become it.
pub(crate) struct Part {
    file: NamedTempFile,
    target: PathBuf,
}

impl Part {
    /// An empty one for the file at `target`.
    pub(crate) fn of(target: &Path) -> io::Result<Self> {
        let file =
            tempfile::Builder::new().prefix(".bellhop-").suffix(".part").tempfile_in(directory_of(target))?;
        Ok(Self { file, target: target.to_owned() })
    }

    /// An empty one with a name of its own, so that whoever comes after a crash knows it.
    pub(super) fn named(name: &Path, target: &Path) -> io::Result<Self> {
        let (directory, name) = (directory_of(name), name.file_name().unwrap_or_default());
        let file = tempfile::Builder::new().prefix(name).rand_bytes(0).tempfile_in(directory)?;
        Ok(Self { file, target: target.to_owned() })
    }

    pub(super) fn path(&self) -> &Path {
        self.file.path()
    }

    /// Writes into it.
    pub(crate) fn writer(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Fills it with what is in `source`.
    pub(super) fn fill(&mut self, source: &Path) -> io::Result<u64> {
        io::copy(&mut File::open(source)?, self.file.as_file_mut())
    }

    /// Makes it durable under its name. What has that name already is only replaced where `replace` says so.
    pub(crate) fn keep(self, replace: bool) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        let kept =
            if replace { self.file.persist(&self.target) } else { self.file.persist_noclobber(&self.target) };
        kept.map_err(|error| error.error)?;
        sync_directory_of(&self.target)
    }
}
