//! A token as clients see it: everything but itself.

use bellhop_storage::{Scope, TokenRow};
use bellhop_workflow::ids::{TokenId, WorkflowName};
use bellhop_workflow::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

/// What may be shown of a token.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Token {
    id: TokenId,
    #[schema(example = "ci")]
    name: String,
    #[schema(schema_with = scopes)]
    scope: &'static str,
    /// The only workflows that it is for; null for all.
    workflows: Option<Vec<WorkflowName>>,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
}

/// The scopes that there are, for the description of the interface.
pub(crate) fn scopes() -> Object {
    let kind = ObjectBuilder::new().schema_type(Type::String);
    kind.enum_values(Some(Scope::ALL.map(Scope::as_str))).build()
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
