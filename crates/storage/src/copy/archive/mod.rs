//! What leaves a database as lines of JSON, and comes into another one.
//!
//! It is for people and programs too, so it says things as REST does where it can: payloads are JSON, times RFC 3339.
//! Nothing that is sealed leaves: of credentials the names, of masked values the masks.
//!
//! # Adding a kind
//! 1. A variant of [`ArchiveItem`]. What earlier versions do not know they refuse by [`ARCHIVE_VERSION`].
//! 2. How it is read, in `read.rs`, and how it is written, in `write.rs`.

mod body;
mod read;
mod state;
mod write;

use bellhop_workflow::journal::StepRecord;
use bellhop_workflow::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

pub use self::body::Body;
pub use self::read::Wanted;
pub use self::state::ArchivedState;
pub use self::write::ImportOutcome;

/// The version of the format. 2 knows `state`; what 1 has is the same in it.
pub const ARCHIVE_VERSION: u32 = 2;

/// One line of an archive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArchiveLine {
    /// The version of the format.
    pub version: u32,
    /// What is on it.
    #[serde(flatten)]
    pub item: ArchiveItem,
}

/// What a line holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum ArchiveItem {
    /// A workflow with all of its versions.
    Workflow(ArchivedWorkflow),
    /// That there is a credential.
    Credential(ArchivedCredential),
    /// A durable key of a workflow, after the workflow.
    State(Box<ArchivedState>),
    /// A delivery, before the executions that came of it.
    Delivery(Box<ArchivedDelivery>),
    /// An execution with its steps.
    Execution(Box<ArchivedExecution>),
}

/// A workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArchivedWorkflow {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// Its versions, the first one first.
    pub versions: Vec<ArchivedVersion>,
}

/// One version of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArchivedVersion {
    /// Its number.
    pub number: i64,
    /// The file as the user wrote it.
    pub yaml: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// That there is a credential of that name, without its values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArchivedCredential {
    /// Its name.
    pub name: String,
    /// Its kind. The line's own `kind` is another thing.
    pub credential_kind: String,
    /// The names of its fields.
    pub fields: Vec<String>,
}

/// A delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns of the table, which says what they are")]
pub struct ArchivedDelivery {
    pub id: Uuid,
    pub hook_id: String,
    /// The workflow's name.
    pub workflow: Option<String>,
    pub outcome: String,
    pub reason: Option<String>,
    pub event_id: Option<String>,
    pub event_type: Option<String>,
    pub received_at: Timestamp,
    pub size: i64,
    pub headers: Value,
    pub body: Option<Body>,
}

/// An execution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns of the table, which says what they are")]
pub struct ArchivedExecution {
    pub id: Uuid,
    /// The workflow's name.
    pub workflow: String,
    pub workflow_version: i64,
    pub status: String,
    pub trigger: Option<String>,
    pub trigger_kind: String,
    pub delivery_id: Option<Uuid>,
    pub dedup_key: Option<String>,
    /// The event without what the delivery's body, or `raw`, says.
    pub event: Option<Value>,
    pub event_id: Option<String>,
    pub event_type: Option<String>,
    pub raw: Option<Body>,
    pub inputs: Option<Value>,
    pub output: Option<Value>,
    pub error: Option<Value>,
    pub retry_of: Option<Uuid>,
    pub attempt: i64,
    pub replay_of: Option<Uuid>,
    pub parent_id: Option<Uuid>,
    pub parent_path: Option<String>,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub steps: Vec<StepRecord>,
}
