//! A token as clients see it: everything but itself.

use bellhop_storage::TokenRow;
use bellhop_workflow::ids::{TokenId, WorkflowName};
use bellhop_workflow::time::Timestamp;
use serde::Serialize;

/// What may be shown of a token.
#[derive(Debug, Serialize)]
pub(crate) struct Token {
    id: TokenId,
    name: String,
    scope: &'static str,
    /// The only workflows that it is for; null for all.
    workflows: Option<Vec<WorkflowName>>,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            scope: row.scope.as_str(),
            workflows: row.workflows,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
        }
    }
}
