//! The server's own files in the data directory: keys that only their owner may read, and the lock that keeps a
//! second server off the same database file.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The file with the token of the REST interface, where a local command line finds it.
pub const TOKEN_FILE: &str = "api-token";
/// The file with the key that seals credentials.
pub(crate) const KEY_FILE: &str = "master-key";
/// The file with the key before that, while something may be sealed with it still.
pub(crate) const PREVIOUS_KEY_FILE: &str = "master-key.previous";

/// A file of the server's cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Another server has it.
    #[error("{0} is held by another bellhop server; stop that one, or use another data directory")]
    Held(PathBuf),
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> FileError + '_ {
    move |source| FileError::Io { path: path.to_owned(), source }
}

/// Makes the data directory, closed to others.
pub(crate) fn create_data_dir(path: &Path) -> Result<(), FileError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(io_error(path))
}

/// Reads a secret from its file, or makes one and writes it there with mode 0600.
pub(super) fn read_or_create(
    path: &Path,
    make: impl FnOnce() -> io::Result<String>,
) -> Result<String, FileError> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => {
            let text = make().map_err(io_error(path))?;
            // Durable before it is used: what is sealed with a key that a power cut takes away is lost.
            file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(io_error(path))?;
            Ok(text)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read(path),
        Err(source) => Err(FileError::Io { path: path.to_owned(), source }),
    }
}

/// Puts a secret into a file in the place of what was there: after a power cut the file has the one or the other, and
/// what was replaced before is durable first.
pub(super) fn replace(path: &Path, secret: &str) -> Result<(), FileError> {
    let fresh = path.with_extension("new");
    let write = || {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
        file.write_all(secret.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&fresh, path)?;
        // The directory says which file it is that has the name.
        path.parent().map_or(Ok(()), |directory| File::open(directory)?.sync_all())
    };
    write().map_err(io_error(path))
}

/// Reads a secret from a file, without the line's end.
pub(super) fn read(path: &Path) -> Result<String, FileError> {
    let mut text = String::new();
    File::open(path).and_then(|mut file| file.read_to_string(&mut text)).map_err(io_error(path))?;
    Ok(text.trim().to_owned())
}

/// Holds a file's lock as long as it lives; the system frees it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "held, not read")] File);

impl Lock {
    /// Takes the lock, or says who is in the way.
    pub(crate) fn take(path: &Path) -> Result<Self, FileError> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)
            .map_err(io_error(path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(std::fs::TryLockError::WouldBlock) => Err(FileError::Held(path.to_owned())),
            Err(std::fs::TryLockError::Error(source)) => Err(FileError::Io { path: path.to_owned(), source }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_secret_is_made_once_and_only_its_owner_reads_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("api-token");
        assert_eq!(read_or_create(&path, || Ok("first".to_owned())).unwrap(), "first");
        assert_eq!(read_or_create(&path, || Ok("second".to_owned())).unwrap(), "first");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_secret_that_is_replaced_is_still_its_owners_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("master-key");
        read_or_create(&path, || Ok("first".to_owned())).unwrap();
        replace(&path, "second").unwrap();
        assert_eq!(read(&path).unwrap(), "second");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing else is left");
    }

    #[test]
    fn a_second_server_is_kept_off_until_the_first_ends() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("bellhop.db.lock");
        let first = Lock::take(&path).unwrap();
        assert!(matches!(Lock::take(&path), Err(FileError::Held(_))));
        drop(first);
        Lock::take(&path).unwrap();
    }
}
