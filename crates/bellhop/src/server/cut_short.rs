//! What a `bellhop restore` that was cut short has left beside the database, and how the next one who opens the
//! database puts it right.
//!
//! While a restore is at work, `….restoring` is the backup on its way in, and `…-wal.aside` the old database's
//! write-ahead log, which must not lie beside the new one. As long as the first of them is there, the old database has its
//! place, and gets its log back. Once it is gone it has become the database, and the log goes to where the old one was
//! kept.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::files::{beside, directory_of, sync_directory_of};

/// Which database stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stands {
    /// The one from before the restore.
    Old,
    /// The backup.
    New,
}

/// The backup on its way in.
pub(crate) fn copy_for(database: &Path) -> PathBuf {
    beside(database, ".restoring")
}

/// The log of the old database.
pub(crate) fn log_aside(database: &Path) -> PathBuf {
    beside(database, "-wal.aside")
}

/// Puts right what is left of a restore that was cut short; none where nothing is. The caller has the database's lock.
pub(crate) fn mend(database: &Path) -> io::Result<Option<Stands>> {
    let (copy, log) = (copy_for(database), log_aside(database));
    let (has_copy, has_log) = (copy.symlink_metadata().is_ok(), log.symlink_metadata().is_ok());
    if !has_copy && !has_log {
        return Ok(None);
    }
    let kept = kept(database)?;
    // Its second name is of use once it has lost the first.
    let own: Vec<&PathBuf> = kept.iter().filter(|name| is_same_file(name, database)).collect();
    let stands = if has_copy || !own.is_empty() { Stands::Old } else { Stands::New };
    if has_log {
        let owner = match stands {
            Stands::Old => Some(database),
            Stands::New => kept.last().map(PathBuf::as_path),
        };
        if let Some(owner) = owner {
            rename_link(&log, &beside(owner, "-wal"))?;
            sync_directory_of(database)?;
        }
    }
    for name in own {
        fs::remove_file(name)?;
    }
    // Last: as long as it is there, all this is done again.
    for suffix in ["-wal", "-shm", ""] {
        remove(&beside(&copy, suffix))?;
    }
    sync_directory_of(database)?;
    Ok(Some(stands))
}

/// What restores have kept of this database, the latest last.
fn kept(database: &Path) -> io::Result<Vec<PathBuf>> {
    let Some(name) = database.file_name().map(|name| name.to_string_lossy().into_owned()) else {
        return Ok(Vec::new());
    };
    let begins = format!("{name}.before-restore");
    let mut found = Vec::new();
    for entry in fs::read_dir(directory_of(database))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_numbered = |rest: &str| {
            rest.is_empty()
                || rest.strip_prefix('-').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
        };
        if name.strip_prefix(&begins).is_some_and(is_numbered) {
            let about = entry.metadata()?;
            found.push(((about.ctime(), about.ctime_nsec()), entry.path()));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    let identity = |path: &Path| fs::metadata(path).map(|about| (about.dev(), about.ino())).ok();
    identity(one).is_some_and(|identity_of_one| Some(identity_of_one) == identity(other))
}

/// Gives a file another name, also where that is another name of the same file, which `rename` leaves both.
pub(crate) fn rename_link(from: &Path, to: &Path) -> io::Result<()> {
    if is_same_file(from, to) { fs::remove_file(from) } else { fs::rename(from, to) }
}

/// Removes a file that need not be there.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
