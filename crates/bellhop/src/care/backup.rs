//! `bellhop backup`: a copy of the database, of a server that runs or of one that does not.
//!
//! A crash at any point leaves no file of that name, or the whole copy:
//! 1. The copy is written into a file beside, which only its owner may read.
//! 2. All of it is read and checked there.
//! 3. It is made durable, and takes its name.

use std::io;
use std::path::{Path, PathBuf};

use bellhop_storage::{Bare, CopyError, Schema, snapshot};

use super::key::KeyPlace;
use super::part::Part;
use super::postgres;
use crate::config::Settings;
use crate::files::beside;
use crate::server::database;

/// What a backup is at.
#[derive(Debug, Clone, Copy)]
pub enum Stage<'a> {
    /// It is written.
    Copying {
        /// The file that grows.
        into: &'a Path,
        /// How many bytes it will have, roughly.
        about: u64,
    },
    /// What was written is read.
    Checking,
}

/// A backup that was made and checked.
#[derive(Debug)]
pub struct BackedUp {
    /// How many bytes it has.
    pub bytes: u64,
    /// How far its tables have come.
    pub schema: Schema,
    /// How many rows are in each table.
    pub rows: Vec<(String, i64)>,
    /// Where the key is that it does not hold.
    pub key: KeyPlace,
}

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// PostgreSQL has a program of its own for it.
    #[error("the database is PostgreSQL's, which has a program of its own for this")]
    OfPostgres {
        /// How it is called.
        command: String,
    },
    /// A file of that name is there.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// It would be written over what it is to be a copy of.
    #[error("{} is the database itself, or one of its files", .0.display())]
    Itself(PathBuf),
    /// The file cannot be written.
    #[error("{} cannot be written: {source}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The database cannot be copied.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// What is in the file is not Bellhop's.
    #[error("{} has none of Bellhop's tables", .0.display())]
    Foreign(PathBuf),
    /// The copy is as damaged as the database.
    #[error("the database is damaged: {}", .0.join("; "))]
    Damaged(Vec<String>),
}

impl BackupError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::OfPostgres { command } => Some(format!("back it up, also while servers run, with\n{command}")),
            Self::Exists(_) => Some("name another file, or replace it with `--force`".to_owned()),
            Self::Itself(_) => Some("name a file elsewhere, best on another disk".to_owned()),
            Self::Damaged(_) => Some(
                "no file was made, and none replaced. Stop the server, keep a copy of the database's files, and put the \
                 last good backup in its place with `bellhop restore FILE`"
                    .to_owned(),
            ),
            Self::Copy(CopyError::Missing(_)) | Self::Foreign(_) => {
                Some("name the server's data with `--data-dir`, `--config` or BELLHOP_DATABASE_URL".to_owned())
            }
            Self::Write { .. } | Self::Copy(_) => None,
        }
    }
}

/// Copies the database of the server that has these settings to `target`, which must not be there unless `replace` says
/// so. `tell` is told what it is at.
pub async fn backup(
    settings: &Settings,
    target: &Path,
    replace: bool,
    tell: &(dyn Fn(Stage<'_>) + Sync),
) -> Result<BackedUp, BackupError> {
    let Some(database) = database::file(settings) else {
        let command = postgres::dump(&database::url(settings), &target.display().to_string());
        return Err(BackupError::OfPostgres { command });
    };
    if is_of(target, &database) {
        return Err(BackupError::Itself(target.to_owned()));
    }
    if !replace && target.symlink_metadata().is_ok() {
        return Err(BackupError::Exists(target.to_owned()));
    }
    let unwritable = |source| BackupError::Write { path: target.to_owned(), source };
    let part = Part::of(target).map_err(unwritable)?;
    tell(Stage::Copying { into: part.path(), about: size(&database) });
    snapshot(&database, part.path()).await?;

    tell(Stage::Checking);
    let (schema, rows) = check(part.path(), &database).await?;
    let bytes = size(part.path());
    part.keep(replace).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => BackupError::Exists(target.to_owned()),
        _ => unwritable(source),
    })?;
    Ok(BackedUp { bytes, schema, rows, key: KeyPlace::of(settings) })
}

async fn check(copy: &Path, database: &Path) -> Result<(Schema, Vec<(String, i64)>), BackupError> {
    let mut bare = Bare::open_file(copy).await?;
    let schema = bare.schema().await?;
    if schema == Schema::Foreign {
        return Err(BackupError::Foreign(database.to_owned()));
    }
    let faults = bare.faults().await?;
    if !faults.is_empty() {
        return Err(BackupError::Damaged(faults));
    }
    let rows = bare.rows().await?;
    bare.close().await?;
    Ok((schema, rows))
}

/// Whether the path is the database's or that of a file that belongs to it.
fn is_of(target: &Path, database: &Path) -> bool {
    let whole = |path: &Path| std::fs::canonicalize(path).ok();
    let files = ["", "-wal", "-shm", "-journal", ".lock"].map(|suffix| beside(database, suffix));
    files.iter().any(|file| file == target || whole(file).is_some_and(|file| Some(file) == whole(target)))
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}
