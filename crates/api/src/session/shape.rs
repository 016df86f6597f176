//! Who somebody is, as far as this server knows.

use bellhop_workflow::ids::WorkflowName;
use bellhop_workflow::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::tokens::shape::scopes;

/// The token, and the browser that was opened with it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WhoCalls)]
pub(crate) struct Identity {
    /// What the token is called.
    #[schema(example = "ci")]
    name: String,
    #[schema(schema_with = scopes)]
    scope: &'static str,
    /// The only workflows that it is for; null for all.
    workflows: Option<Vec<WorkflowName>>,
    /// When the session ends, if its token does not end before; null for whoever shows the token itself.
    session_expires_at: Option<Timestamp>,
}

impl Identity {
    pub(super) fn of(caller: &Caller, session_expires_at: Option<Timestamp>) -> Self {
        Self {
            name: caller.name().to_owned(),
            scope: caller.scope().as_str(),
            workflows: caller.workflows().map(<[WorkflowName]>::to_vec),
            session_expires_at,
        }
    }
}
