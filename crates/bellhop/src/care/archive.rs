//! `bellhop export` and `bellhop import`: what a database holds as lines of JSON, and back.
//!
//! Both work on the database and not over REST: the history comes in nowhere else. To export works beside a running
//! server; to import into a file of SQLite's needs the server to be stopped.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

use bellhop_storage::{
    ARCHIVE_VERSION, Action, ArchiveItem, ArchiveLine, Author, Bare, CopyError, ImportOutcome, NewAudit,
    Schema, Store, StoreError, Subject, Wanted,
};
use bellhop_workflow::ids::{AuditId, WorkflowName};
use bellhop_workflow::time::Timestamp;

use crate::config::Settings;
use crate::server::{StartError, database, files};

/// Why nothing was exported, or nothing imported.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The database is of another version, whose rows this one does not know.
    #[error("the database is not at this version of Bellhop")]
    OtherVersion,
    /// The database cannot be read.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// The database cannot be opened, or a server has it.
    #[error(transparent)]
    Start(#[from] StartError),
    /// It failed half-way; nothing was kept.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The archive cannot be read.
    #[error("the archive cannot be read: {0}")]
    Read(#[source] io::Error),
    /// A line of it makes no sense.
    #[error("line {number} of the archive cannot be understood: {reason}")]
    Line {
        /// Which, from 1.
        number: usize,
        /// Why not.
        reason: String,
    },
}

impl ArchiveError {
    /// What to do about it.
    #[must_use]
    pub const fn help(&self) -> Option<&'static str> {
        match self {
            Self::OtherVersion => {
                Some("use the version of Bellhop that wrote it, or start a server of this one on it once")
            }
            Self::Start(StartError::File(_)) => {
                Some("stop the server; workflows alone can be put into a running one with `bellhop apply`")
            }
            Self::Line { .. } => Some("nothing was imported"),
            Self::Copy(_) | Self::Start(_) | Self::Store(_) | Self::Read(_) => None,
        }
    }
}

/// How many of a kind.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Were created.
    pub created: u64,
    /// Were there already.
    pub there: u64,
    /// Were skipped.
    pub skipped: u64,
}

/// What became of an archive.
#[derive(Debug, Default)]
pub struct Imported {
    /// How many of each kind.
    pub tallies: BTreeMap<&'static str, Tally>,
    /// What was skipped and why, with how many there were of each reason.
    pub skipped: BTreeMap<String, u64>,
}

/// Writes what is wanted as lines of JSON; how many of each kind there were.
pub async fn export(
    settings: &Settings,
    wanted: Wanted,
    into: &mut (dyn Write + Send),
) -> Result<BTreeMap<&'static str, u64>, ArchiveError> {
    let mut bare = Bare::open(&database::url(settings)).await?;
    if !matches!(bare.schema().await?, Schema::Current { .. }) {
        return Err(ArchiveError::OtherVersion);
    }
    let mut counts = BTreeMap::new();
    let mut write = |item: ArchiveItem| {
        *counts.entry(plural(&item)).or_default() += 1;
        let line = ArchiveLine { version: ARCHIVE_VERSION, item };
        serde_json::to_writer(&mut *into, &line)?;
        into.write_all(b"\n")
    };
    bare.export(wanted, &mut write).await?;
    bare.close().await?;
    into.flush().map_err(CopyError::Write)?;
    Ok(counts)
}

/// Creates what is in the archive and not in the database: all of it, or nothing after an error.
pub async fn import(
    settings: &Settings,
    archive: &mut (dyn BufRead + Send),
    now: Timestamp,
) -> Result<Imported, ArchiveError> {
    files::create_data_dir(&settings.data_dir).map_err(StartError::from)?;
    let (store, _lock) = database::open_for_maintenance(settings).await?;
    let imported = import_into(&store, archive, now).await;
    store.close().await;
    imported
}

async fn import_into(
    store: &Store,
    archive: &mut (dyn BufRead + Send),
    now: Timestamp,
) -> Result<Imported, ArchiveError> {
    let mut imported = Imported::default();
    let mut tx = store.begin().await?;
    for (index, line) in archive.lines().enumerate() {
        let line = line.map_err(ArchiveError::Read)?;
        if line.trim().is_empty() {
            continue;
        }
        let item = read(&line).map_err(|reason| ArchiveError::Line { number: index + 1, reason })?;
        let outcome = tx.import(&item, now).await?;
        if let (ArchiveItem::Workflow(workflow), ImportOutcome::Created) = (&item, &outcome) {
            tx.audit(&created(&workflow.name, now)).await?;
        }
        imported.count(&item, outcome);
    }
    tx.commit().await?;
    Ok(imported)
}

/// The item on a line.
fn read(line: &str) -> Result<ArchiveItem, String> {
    let value: serde_json::Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    match value["version"].as_u64() {
        None => return Err("it does not say which `version` of the format it has".to_owned()),
        Some(version) if version > u64::from(ARCHIVE_VERSION) => {
            return Err(format!(
                "it has version {version} of the format, and this Bellhop knows {ARCHIVE_VERSION}"
            ));
        }
        Some(_) => {}
    }
    let line: ArchiveLine = serde_json::from_value(value).map_err(|error| error.to_string())?;
    if let ArchiveItem::Workflow(workflow) = &line.item {
        crate::cli::workflow_name(&workflow.name).map_err(|rule| format!("{:?}: {rule}", workflow.name))?;
    }
    Ok(line.item)
}

fn created(name: &str, at: Timestamp) -> NewAudit {
    NewAudit {
        id: AuditId::generate(at),
        author: Author::cli(),
        action: Action::Create,
        subject: Subject::Workflow(WorkflowName::new(name)),
        before: None,
        after: None,
        at,
    }
}

impl Imported {
    fn count(&mut self, item: &ArchiveItem, outcome: ImportOutcome) {
        let tally = self.tallies.entry(plural(item)).or_default();
        match outcome {
            ImportOutcome::Created => tally.created += 1,
            ImportOutcome::There => tally.there += 1,
            ImportOutcome::Skipped(why) => {
                tally.skipped += 1;
                *self.skipped.entry(format!("{}: {why}", named(item))).or_default() += 1;
            }
        }
    }
}

const fn plural(item: &ArchiveItem) -> &'static str {
    match item {
        ArchiveItem::Workflow(_) => "workflows",
        ArchiveItem::Credential(_) => "credentials",
        ArchiveItem::State(_) => "state",
        ArchiveItem::Delivery(_) => "deliveries",
        ArchiveItem::Execution(_) => "executions",
    }
}

/// What a person knows it by; of the many, only what they are.
fn named(item: &ArchiveItem) -> String {
    match item {
        ArchiveItem::Workflow(workflow) => format!("workflow {}", workflow.name),
        ArchiveItem::Credential(credential) => {
            format!("credential {} ({})", credential.name, credential.credential_kind)
        }
        ArchiveItem::State(_) => "state".to_owned(),
        ArchiveItem::Delivery(_) => "deliveries".to_owned(),
        ArchiveItem::Execution(_) => "executions".to_owned(),
    }
}
