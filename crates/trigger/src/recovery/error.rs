//! Why what was missed could not be fetched.

use bellhop_storage::{ResolveError, StoreError};
use bellhop_workflow::ids::CredentialName;

use crate::close::VendorError;
use crate::door::DoorError;

/// Why what was missed could not be fetched. What was let in before stays; to try again does no harm.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryError {
    /// The registration is gone, its workflow is off, or it is none of Close's.
    #[error("the workflow is not active, or its trigger is none of Close's")]
    NotActive,
    /// The credential cannot be used.
    #[error(transparent)]
    Credential(#[from] ResolveError),
    /// The credential is of another kind.
    #[error("the credential `{0}` is not one of Close's")]
    CredentialKind(CredentialName),
    /// Close did not give its log.
    #[error("Close's event log cannot be read: {}", .0.words())]
    Close(#[source] VendorError),
    /// An event could not be let in.
    #[error(transparent)]
    Door(#[from] DoorError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
