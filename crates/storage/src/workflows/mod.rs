//! Workflows and their versions.

mod read;
mod summary;
mod write;

use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::{Version, WorkflowId, WorkflowName};
use bellhop_workflow::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

pub use self::summary::{LastExecution, RecentCounts, WorkflowSummary};
use crate::error::StoreError;

/// A workflow that is about to be created, inactive and with version 1.
#[derive(Debug, Clone)]
pub struct NewWorkflow {
    /// Its id.
    pub id: WorkflowId,
    /// Its name, which no other workflow may have.
    pub name: WorkflowName,
    /// What it is for.
    pub description: Option<String>,
    /// The file as the user wrote it.
    pub yaml: String,
    /// When it is created.
    pub created_at: Timestamp,
}

/// A workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowRow {
    /// Its id.
    pub id: WorkflowId,
    /// Its name.
    pub name: WorkflowName,
    /// What it is for.
    pub description: Option<String>,
    /// Whether it is on.
    pub state: ActivationState,
    /// Its newest version.
    pub version: Version,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its version or its state last changed.
    pub updated_at: Timestamp,
}

/// One version of a workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRow {
    /// Which.
    pub version: Version,
    /// The file as the user wrote it.
    pub yaml: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The columns of `workflows` as the database gives them.
#[derive(Debug, FromRow)]
struct WorkflowColumns {
    id: Uuid,
    name: String,
    description: Option<String>,
    state: String,
    version: i64,
    created_at: i64,
    updated_at: i64,
}

impl TryFrom<WorkflowColumns> for WorkflowRow {
    type Error = StoreError;

    fn try_from(columns: WorkflowColumns) -> Result<Self, StoreError> {
        Ok(Self {
            id: WorkflowId::from_uuid(columns.id),
            name: WorkflowName::new(columns.name),
            description: columns.description,
            state: columns.state.parse().map_err(|_| StoreError::Corrupt { what: "workflow state" })?,
            version: Version(columns.version),
            created_at: Timestamp::from_micros(columns.created_at),
            updated_at: Timestamp::from_micros(columns.updated_at),
        })
    }
}

#[derive(Debug, FromRow)]
struct VersionColumns {
    version: i64,
    yaml: String,
    created_at: i64,
}

impl From<VersionColumns> for VersionRow {
    fn from(columns: VersionColumns) -> Self {
        Self {
            version: Version(columns.version),
            yaml: columns.yaml,
            created_at: Timestamp::from_micros(columns.created_at),
        }
    }
}
