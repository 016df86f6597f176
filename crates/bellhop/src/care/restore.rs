//! `bellhop restore`: a backup in the place of the database, with the server stopped.
//!
//! A crash at any point leaves the old database or the new one, and the old one is never deleted:
//! 1. The lock is taken: no server is at the database, and none starts.
//! 2. The backup is copied to a file beside the database and checked there.
//! 3. What the old database has in its write-ahead log is brought into its file, where it can be. A log that stayed would
//!    be taken for the new one's: it is kept aside.
//! 4. The old database gets a second name, `….before-restore`.
//! 5. The new file takes the database's name, in one step.
//! 6. A log that was put aside goes to the old database's second name.
//!
//! Whoever opens the database after a crash finds out which of the two it is, and cleans up (`server::cut_short`).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bellhop_storage::{Bare, CopyError, Schema};
use bellhop_vault::Redactor;

use super::key::KeyPlace;
use super::part::Part;
use super::postgres;
use crate::config::Settings;
use crate::files::{beside, sync_directory_of};
use crate::server::cut_short::{copy_for, log_aside, remove, rename_link};
use crate::server::files::{self, FileError};
use crate::server::{StartError, database, keys};

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestoreStep {
    /// The backup lies beside the database.
    Copied,
    /// It is good.
    Checked,
    /// The old database has a second name.
    Named,
    /// Its log, if it still has one, is out of the way.
    Aside,
    /// The backup is the database.
    Replaced,
}

/// What was put in the place of what.
#[derive(Debug)]
pub struct Restored {
    /// The database.
    pub database: PathBuf,
    /// Where the old one is now; none where there was none.
    pub kept: Option<PathBuf>,
    /// How far the tables have come.
    pub schema: Schema,
    /// How many rows are in each table.
    pub rows: Vec<(String, i64)>,
    /// What of it the master key does not open.
    pub closed: Vec<String>,
    /// Where that key is.
    pub key: KeyPlace,
}

/// Why nothing was put back. The database is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// PostgreSQL has a program of its own for it.
    #[error("the database is PostgreSQL's, which has a program of its own for this")]
    OfPostgres {
        /// How it is called.
        command: String,
    },
    /// The backup is the database.
    #[error("{} is the database itself", .0.display())]
    Itself(PathBuf),
    /// It was copied from beside a server, without the half that was in the log.
    #[error("{} is not whole: a write-ahead log is beside it", .0.display())]
    HasLog(PathBuf),
    /// The backup is damaged.
    #[error("{} is damaged: {}", path.display(), faults.join("; "))]
    Damaged {
        /// The backup.
        path: PathBuf,
        /// What is wrong with it.
        faults: Vec<String>,
    },
    /// It is a database, of something else.
    #[error("{} has none of Bellhop's tables", .0.display())]
    Foreign(PathBuf),
    /// This program is too old for it.
    #[error("{} was written by a newer version of Bellhop (its tables are at {at})", path.display())]
    Newer {
        /// The backup.
        path: PathBuf,
        /// Its last migration.
        at: i64,
    },
    /// A server is at the database, or the lock cannot be had.
    #[error(transparent)]
    File(#[from] FileError),
    /// The master key cannot be read.
    #[error(transparent)]
    Key(#[from] StartError),
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The backup cannot be read.
    #[error(transparent)]
    Copy(#[from] CopyError),
}

impl RestoreError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::OfPostgres { command } => Some(format!("stop every server, then put a dump back with\n{command}")),
            Self::HasLog(_) => Some(
                "back up a database that is in use with `bellhop backup FILE`; a copy made otherwise needs its `-wal` \
                 file brought in first"
                    .to_owned(),
            ),
            Self::Damaged { .. } | Self::Foreign(_) | Self::Copy(CopyError::NoDatabase { .. }) => {
                Some("nothing was changed; take another backup".to_owned())
            }
            Self::Newer { .. } => Some("install that version of Bellhop, or a later one".to_owned()),
            Self::Itself(_) | Self::File(_) | Self::Key(_) | Self::Io { .. } | Self::Copy(_) => None,
        }
    }
}

/// Puts the backup `file` in the place of the database of the server that has these settings. `tell` is told how far it
/// has come.
pub async fn restore(
    settings: &Settings,
    file: &Path,
    tell: &(dyn Fn(RestoreStep) + Sync),
) -> Result<Restored, RestoreError> {
    let Some(database) = database::file(settings) else {
        let command = postgres::restore(&database::url(settings), &file.display().to_string());
        return Err(RestoreError::OfPostgres { command });
    };
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source| RestoreError::Io { path, source }
    };
    refuse_what_is_no_backup(file, &database)?;
    files::create_data_dir(&settings.data_dir)?;
    let _lock = database::hold(&database)?;

    let mut part = Part::named(&copy_for(&database), &database).map_err(at(&database))?;
    part.fill(file).map_err(at(file))?;
    tell(RestoreStep::Copied);
    let (schema, rows, closed) = check(settings, part.path(), file).await?;
    tell(RestoreStep::Checked);

    let kept = keep_old(&database).await.map_err(at(&database))?;
    tell(RestoreStep::Named);
    put_log_aside(&database).map_err(at(&database))?;
    tell(RestoreStep::Aside);
    if let Err(source) = part.keep(true) {
        put_log_back(&database).map_err(at(&database))?;
        return Err(RestoreError::Io { path: database, source });
    }
    tell(RestoreStep::Replaced);
    if let Some(kept) = &kept {
        give_log_to(kept, &database).map_err(at(kept))?;
    }
    Ok(Restored { database, kept, schema, rows, closed, key: KeyPlace::of(settings) })
}

fn refuse_what_is_no_backup(file: &Path, database: &Path) -> Result<(), RestoreError> {
    let whole =
        fs::canonicalize(file).map_err(|source| RestoreError::Io { path: file.to_owned(), source })?;
    if fs::canonicalize(database).is_ok_and(|database| database == whole) {
        return Err(RestoreError::Itself(file.to_owned()));
    }
    if fs::metadata(beside(file, "-wal")).is_ok_and(|log| log.len() > 0) {
        return Err(RestoreError::HasLog(file.to_owned()));
    }
    Ok(())
}

type Found = (Schema, Vec<(String, i64)>, Vec<String>);

/// What is in the copy of `file`, which is called by that name where something is wrong with it.
async fn check(settings: &Settings, copy: &Path, file: &Path) -> Result<Found, RestoreError> {
    let path = || file.to_owned();
    let named = |error| match error {
        CopyError::NoDatabase { cause, .. } => CopyError::NoDatabase { path: path(), cause },
        error => error,
    };
    let mut bare = Bare::open_file(copy).await.map_err(named)?;
    let schema = bare.schema().await.map_err(named)?;
    match schema {
        Schema::Foreign => return Err(RestoreError::Foreign(path())),
        Schema::Newer { at } => return Err(RestoreError::Newer { path: path(), at }),
        Schema::Older { .. } | Schema::Current { .. } => {}
    }
    let faults = bare.faults().await.map_err(named)?;
    if !faults.is_empty() {
        return Err(RestoreError::Damaged { path: path(), faults });
    }
    let rows = bare.rows().await?;
    let closed = match keys::known_master_key(settings, &Redactor::default())? {
        Some(key) => bare.sealed_values(&key).await?.closed,
        None => Vec::new(),
    };
    bare.close().await?;
    // A copy in WAL mode has got a log by being read, an empty one.
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(beside(copy, suffix));
    }
    Ok((schema, rows, closed))
}

/// Gives the old database a second name, and says which. Its log is brought in, or is kept aside as it was: what SQLite
/// cannot read of it, it deletes.
async fn keep_old(database: &Path) -> io::Result<Option<PathBuf>> {
    if !database.exists() {
        return Ok(None);
    }
    let (log, aside) = (beside(database, "-wal"), log_aside(database));
    if log.exists() {
        link(&log, &aside)?;
    }
    let folded = Bare::fold_log(database).await.is_ok();
    // Somebody who reads may keep it from being brought in without that being an error.
    if folded && fs::metadata(&log).map_or(0, |log| log.len()) == 0 {
        remove(&aside)?;
    }
    let kept = second_name(database)?;
    sync_directory_of(database)?;
    Ok(Some(kept))
}

/// Clears the way for a database without a log.
fn put_log_aside(database: &Path) -> io::Result<()> {
    for suffix in ["-wal", "-shm"] {
        remove(&beside(database, suffix))?;
    }
    sync_directory_of(database)
}

fn put_log_back(database: &Path) -> io::Result<()> {
    let aside = log_aside(database);
    if aside.exists() { rename_link(&aside, &beside(database, "-wal")) } else { Ok(()) }
}

fn give_log_to(kept: &Path, database: &Path) -> io::Result<()> {
    let aside = log_aside(database);
    if aside.exists() {
        fs::rename(aside, beside(kept, "-wal"))?;
        sync_directory_of(database)?;
    }
    Ok(())
}

/// Gives a file a second name, or makes a copy of that name: not every file system has links.
fn link(file: &Path, second: &Path) -> io::Result<()> {
    if fs::hard_link(file, second).is_err() {
        let mut copy = Part::of(second)?;
        copy.fill(file)?;
        copy.keep(false)?;
    }
    Ok(())
}

/// Links the file under the first name that is free, so that what an earlier restore has kept stays.
fn second_name(database: &Path) -> io::Result<PathBuf> {
    let mut number = 1;
    loop {
        let suffix =
            if number == 1 { ".before-restore".to_owned() } else { format!(".before-restore-{number}") };
        let kept = beside(database, &suffix);
        if kept.symlink_metadata().is_err() {
            link(database, &kept)?;
            return Ok(kept);
        }
        number += 1;
    }
}
