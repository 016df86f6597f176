//! A credential as clients see it: everything but its values.

use bellhop_storage::CredentialSummary;
use bellhop_workflow::ids::CredentialName;
use bellhop_workflow::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// What may be shown of a credential.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Credential {
    name: CredentialName,
    #[schema(example = "close")]
    kind: &'static str,
    #[schema(example = json!(["api_key"]))]
    fields: Vec<String>,
    /// Where it comes from: `stored` or `environment`.
    #[schema(example = "stored")]
    source: &'static str,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
}

impl From<CredentialSummary> for Credential {
    fn from(summary: CredentialSummary) -> Self {
        let (created_at, updated_at) = summary.stored.unzip();
        Self {
            name: summary.name,
            kind: summary.kind.as_str(),
            fields: summary.fields,
            source: if summary.stored.is_some() { "stored" } else { "environment" },
            created_at,
            updated_at,
        }
    }
}
