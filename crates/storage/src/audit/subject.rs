//! What is done, and to what.

use bellhop_workflow::ids::{CredentialName, DeliveryId, ExecutionId, WorkflowName};

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It is there from now on.
    Create,
    /// It is another from now on.
    Update,
    /// It is gone.
    Delete,
    /// A workflow is switched on.
    Activate,
    /// A workflow is switched off.
    Deactivate,
    /// A workflow is started by hand.
    Run,
    /// An execution is ended.
    Cancel,
    /// An execution is run again.
    Retry,
    /// A waiting step is resumed by hand.
    Resume,
    /// A delivery is run again.
    Replay,
    /// What vendors did not deliver is fetched.
    Recover,
    /// A token is not taken any more.
    Revoke,
    /// What is registered at vendors is compared and put right.
    Reconcile,
    /// Everything is sealed with another key.
    Rotate,
}

impl Action {
    /// The word in REST, CLI and database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Activate => "activate",
            Self::Deactivate => "deactivate",
            Self::Run => "run",
            Self::Cancel => "cancel",
            Self::Recover => "recover",
            Self::Retry => "retry",
            Self::Resume => "resume",
            Self::Replay => "replay",
            Self::Revoke => "revoke",
            Self::Reconcile => "reconcile",
            Self::Rotate => "rotate",
        }
    }
}

/// What something is done to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A workflow.
    Workflow(WorkflowName),
    /// One execution.
    Execution(ExecutionId),
    /// Many executions, as a filter names them.
    Executions,
    /// A delivery.
    Delivery(DeliveryId),
    /// A credential.
    Credential(CredentialName),
    /// A token, by its name.
    Token(String),
    /// All that is registered at vendors.
    Registrations,
    /// The key that everything secret is sealed with.
    Vault,
}

impl Subject {
    /// The kinds that there are.
    pub const KINDS: [&str; 8] =
        ["workflow", "execution", "executions", "delivery", "credential", "token", "registrations", "vault"];

    /// The word for its kind.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Workflow(_) => "workflow",
            Self::Execution(_) => "execution",
            Self::Executions => "executions",
            Self::Delivery(_) => "delivery",
            Self::Credential(_) => "credential",
            Self::Token(_) => "token",
            Self::Registrations => "registrations",
            Self::Vault => "vault",
        }
    }

    /// Which of its kind; none where there is only one.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        match self {
            Self::Workflow(name) => Some(name.to_string()),
            Self::Execution(id) => Some(id.to_string()),
            Self::Delivery(id) => Some(id.to_string()),
            Self::Credential(name) => Some(name.to_string()),
            Self::Token(name) => Some(name.clone()),
            Self::Executions | Self::Registrations | Self::Vault => None,
        }
    }
}
