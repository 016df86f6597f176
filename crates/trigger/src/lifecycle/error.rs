//! Why a workflow could not be switched on, off, changed or deleted.

use bellhop_storage::{RegistrationError, ResolveError, StoreError, WriteError};
use bellhop_vault::{CredentialKind, OpenError, SealError};
use bellhop_workflow::activation::IllegalTransition;
use bellhop_workflow::diagnostic::Diagnostic;
use bellhop_workflow::ids::{CredentialName, TriggerId, Version, WorkflowName};

use crate::hooks::LoadError;

/// Why a workflow could not be switched on, off, changed or deleted.
#[derive(Debug, thiserror::Error)]
pub enum LifecycleError {
    /// No workflow is called so.
    #[error("there is no workflow of that name")]
    NotFound,
    /// The new version is called otherwise.
    #[error("the workflow is called `{actual}`, not `{expected}`")]
    NameMismatch {
        /// The workflow's name.
        expected: WorkflowName,
        /// The name in the new version.
        actual: WorkflowName,
    },
    /// The stored version was good when it was stored and is not any more.
    #[error("the stored workflow cannot be read any more")]
    Invalid(Vec<Diagnostic>),
    /// The vendor refused, or could not be asked.
    #[error("{message}")]
    Vendor {
        /// The trigger that it was for.
        trigger: TriggerId,
        /// The HTTP status of the vendor's answer, where there was one.
        status: Option<u16>,
        /// What was attempted and the vendor's own words: `Failed to create webhook: …`.
        message: String,
    },
    /// A credential that a trigger needs is not there, or cannot be opened.
    #[error("the credential `{name}` cannot be used")]
    Credential {
        /// The credential.
        name: CredentialName,
        /// Why.
        source: ResolveError,
    },
    /// A credential is of another kind than the trigger needs.
    #[error("the credential `{name}` is of kind `{actual}`, and the trigger needs `{expected}`")]
    CredentialKind {
        /// The credential.
        name: CredentialName,
        /// What is needed.
        expected: CredentialKind,
        /// What there is.
        actual: CredentialKind,
    },
    /// A registration is at a vendor that this version knows nothing of.
    #[error("this version of Bellhop knows no vendor called `{provider}`")]
    UnknownVendor {
        /// The vendor.
        provider: String,
    },
    /// The path of a webhook trigger belongs to another trigger.
    #[error("another trigger uses the path `{path}` already")]
    HookTaken {
        /// The path.
        path: String,
    },
    /// Somebody else changed the workflow at the same time.
    #[error("the workflow was changed by somebody else meanwhile")]
    Conflict,
    /// The change was meant for another version.
    #[error("version {present} is there, which the change is not meant for")]
    Changed {
        /// The version that is there.
        present: Version,
    },
    /// Another node is at work on it, and was waited for in vain.
    #[error("another node is at work on it, try again in a moment")]
    Busy,
    /// The key of a subscription could not be sealed.
    #[error("the signature key cannot be sealed")]
    Seal(#[from] SealError),
    /// The key of a subscription that others share could not be opened.
    #[error("the signature key of the shared subscription cannot be opened")]
    Open(#[from] OpenError),
    /// The system gave no random bytes for a URL.
    #[error("the system gave no random bytes for a URL")]
    NoRandomness(getrandom::Error),
    /// A fault of Bellhop's own: something was to happen that its state does not allow.
    #[error(transparent)]
    Illegal(#[from] IllegalTransition),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The work ended before it was done; what is stored says how far it came.
    #[error("the work was broken off")]
    Aborted,
}

impl From<WriteError> for LifecycleError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Conflict | WriteError::LeaseLost | WriteError::NotRecorded => Self::Conflict,
            WriteError::Store(error) => Self::Store(error),
        }
    }
}

impl From<LoadError> for LifecycleError {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Store(error) => Self::Store(error),
        }
    }
}

impl LifecycleError {
    pub(super) fn saving(path: &str) -> impl FnOnce(RegistrationError) -> Self {
        let path = path.to_owned();
        |error| match error {
            RegistrationError::HookTaken => Self::HookTaken { path },
            RegistrationError::Store(error) => Self::Store(error),
        }
    }
}
