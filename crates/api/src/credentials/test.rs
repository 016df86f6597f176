//! `POST /credentials/{name}/test`: whether a credential is good, asked of whom it is for.

use axum::Json;
use axum::extract::State;
use bellhop_storage::ResolveError;
use bellhop_trigger::close::{Me, VendorError};
use bellhop_vault::{Credential, CredentialKind};
use bellhop_workflow::ids::CredentialName;
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::{Admin, PathOf};
use crate::problem::{Problem, VendorAnswer, kind};
use crate::state::ApiState;

/// It is good.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Tested {
    name: CredentialName,
    #[schema(example = "close")]
    kind: &'static str,
    /// Whom it stands for.
    identity: Identity,
}

/// Whom a credential stands for, as the vendor says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Identity {
    #[schema(example = "user_1")]
    id: String,
    #[schema(example = "Ada Lovelace")]
    name: Option<String>,
    #[schema(example = "ada@example.com")]
    email: Option<String>,
    organizations: Vec<Organization>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Organization {
    #[schema(example = "orga_1")]
    id: String,
    #[schema(example = "Acme")]
    name: Option<String>,
}

impl From<Me> for Identity {
    fn from(me: Me) -> Self {
        let name = [me.first_name, me.last_name].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let organizations = me.organizations.into_iter();
        Self {
            id: me.id,
            name: Some(name.trim().to_owned()).filter(|name| !name.is_empty()),
            email: me.email,
            organizations: organizations.map(|one| Organization { id: one.id, name: one.name }).collect(),
        }
    }
}

/// Answers with whom it stands for; 502 with the vendor's words where it is refused.
#[utoipa::path(
    post,
    path = "/api/v1/credentials/{name}/test",
    tag = "Credentials",
    operation_id = "test_credential",
    summary = "Ask the vendor whose a credential is",
    params(PathOf<CredentialName>),
    responses(
        (status = 200, body = Tested, description = "It is good"),
        (status = 404, description = "There is no such credential"),
        (status = 422, description = "Credentials of its kind cannot be tested, or it cannot be read"),
        (status = 502, description = "The vendor has refused it; `vendor` has its words"),
    ),
)]
pub(crate) async fn test(
    _: Admin,
    State(state): State<ApiState>,
    PathOf(name): PathOf<CredentialName>,
) -> Result<Json<Tested>, Problem> {
    let credential = state.credentials.resolve(&name).await.map_err(unusable)?;
    let Credential::Close { api_key } = &credential else { return Err(untestable(credential.kind())) };
    let me = state.lifecycle.whose(api_key).await.map_err(|error| refused(&state, &error))?;
    let kind = credential.kind().as_str();
    Ok(Json(Tested { name, kind, identity: me.into() }))
}

fn unusable(error: ResolveError) -> Problem {
    match error {
        ResolveError::Missing(name) => Problem::not_found("credential", name),
        ResolveError::Store(error) => error.into(),
        // It names keys by their ids and fields by their names, and says nothing of their values.
        ResolveError::Sealed { name, source } => {
            let detail = format!("`{name}` cannot be opened: {source}. Store it anew.");
            Problem::because(kind::INVALID_CREDENTIAL, detail)
        }
        ResolveError::Fields { name, source } => {
            let detail = format!("`{name}` cannot be read: {source}. Store it anew.");
            Problem::because(kind::INVALID_CREDENTIAL, detail)
        }
    }
}

fn untestable(kind: CredentialKind) -> Problem {
    let why = match kind {
        CredentialKind::Close => "is for Close",
        CredentialKind::HttpBasic | CredentialKind::HttpBearer | CredentialKind::HttpHeader => {
            "says nothing of where it is good for: each `http` step has an address of its own"
        }
        CredentialKind::Hmac => "is known to its sender and to us, and sent nowhere",
        CredentialKind::Smtp => "is tried by sending a mail: run a workflow with an `email` step",
        CredentialKind::Sql => "is tried by a statement: run a workflow with an `sql` step",
    };
    Problem::because(kind::CREDENTIAL_UNTESTABLE, format!("A credential of kind `{kind}` {why}."))
}

fn refused(state: &ApiState, error: &VendorError) -> Problem {
    // Close may repeat what it was sent.
    let message = state.redactor.redact(&error.words()).into_owned();
    let what = match error.status() {
        Some(401 | 403) => "Close does not take the API key",
        Some(_) | None => "Close could not say whose the API key is",
    };
    let detail = format!("{what}: {message}");
    Problem::vendor(detail, VendorAnswer { status: error.status(), message })
}
