//! `PUT /credentials/{name}`: stores a credential, a new one or in the place of the old.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bellhop_storage::PutError;
use bellhop_workflow::ids::CredentialName;
use http::StatusCode;
use serde_json::Value;

use super::given::{self, NewCredential, NoCredential};
use super::shape::Credential;
use crate::extract::{Admin, JsonBody, PathKey, PathOf};
use crate::openapi::Described;
use crate::problem::{Problem, kind};
use crate::state::ApiState;

/// A name that a credential can be given.
pub(crate) struct NewName(CredentialName);

impl PathKey for NewName {
    const PARAMETER: &'static str = CredentialName::PARAMETER;
    const WHAT: &'static str = CredentialName::WHAT;

    fn described() -> Described {
        CredentialName::described()
    }

    fn read(text: &str) -> Option<Self> {
        CredentialName::read(text).map(Self)
    }

    fn refusal(_: &str) -> Problem {
        Problem::because(
            kind::INVALID_CREDENTIAL,
            "A credential's name begins with a letter and has letters, digits, `-` and `_`, at most 63 in all.",
        )
    }
}

impl From<NoCredential> for Problem {
    fn from(error: NoCredential) -> Self {
        Self::because(kind::INVALID_CREDENTIAL, format!("The credential is refused: {error}."))
    }
}

impl From<PutError> for Problem {
    fn from(error: PutError) -> Self {
        match error {
            PutError::Store(error) => error.into(),
            error @ PutError::Seal(_) => Self::internal(error),
        }
    }
}

/// Answers 201 where the name is new and 200 where it was there, with everything but the values.
#[utoipa::path(
    put,
    path = "/api/v1/credentials/{name}",
    tag = "Credentials",
    operation_id = "put_credential",
    summary = "Store a credential",
    params(PathOf<NewName>),
    request_body(content = NewCredential, description = "Its kind and the values of its fields; they never come out again"),
    responses(
        (status = 200, body = Credential, description = "It is stored in the place of the old"),
        (status = 201, body = Credential, description = "It is stored"),
        (status = 409, description = "It comes from the environment of the server"),
        (status = 422, description = "It is not complete, or its name is none"),
    ),
)]
pub(crate) async fn put(
    caller: Admin,
    State(state): State<ApiState>,
    PathOf(NewName(name)): PathOf<NewName>,
    // Read as any JSON: an error about its shape would repeat the values.
    JsonBody(body): JsonBody<Value>,
) -> Result<Response, Problem> {
    let credential = given::read(body)?;
    let before = state.credentials.summary(&name).await?;
    if before.as_ref().is_some_and(|before| before.stored.is_none()) {
        return Err(Problem::new(kind::CREDENTIAL_READ_ONLY));
    }
    let credentials = state.credentials.by(caller.author());
    let summary = credentials.put(&name, &credential, state.clock.now()).await?;
    // Inbound URLs hold what their senders have to show.
    state.hooks.load().await?;
    // What waits for the right key need not wait any longer.
    state.lifecycle.reconcile_soon();
    let status = if before.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(Credential::from(summary))).into_response())
}
