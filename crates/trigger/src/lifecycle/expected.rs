//! Which version a change is meant for.

use bellhop_storage::WorkflowRow;
use bellhop_workflow::ids::{Version, WorkflowId};

use super::LifecycleError;

/// Which version a change is meant for. Where somebody else has changed the workflow since, nothing is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Whatever there is.
    Any,
    /// One of these. The id tells a workflow from one of the same name that was deleted.
    OneOf(Vec<(WorkflowId, Version)>),
}

impl Expected {
    /// An error where the workflow, as it was read with nobody else at work on it, is another.
    pub(super) fn check(&self, present: &WorkflowRow) -> Result<(), LifecycleError> {
        let is_meant = match self {
            Self::Any => true,
            Self::OneOf(versions) => versions.contains(&(present.id, present.version)),
        };
        if is_meant { Ok(()) } else { Err(LifecycleError::Changed { present: present.version }) }
    }
}
