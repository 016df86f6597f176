//! `GET /credentials/{name}`: what may be shown of one credential.

use axum::Json;
use axum::extract::State;
use bellhop_workflow::ids::CredentialName;

use super::shape::Credential;
use crate::extract::{PathOf, Reader};
use crate::problem::Problem;
use crate::state::ApiState;

/// Answers with the credential, without its values.
#[utoipa::path(
    get,
    path = "/api/v1/credentials/{name}",
    tag = "Credentials",
    operation_id = "show_credential",
    summary = "Show a credential, without its values",
    params(PathOf<CredentialName>),
    responses(
        (status = 200, body = Credential, description = "The credential"),
        (status = 404, description = "There is no such credential"),
    ),
)]
pub(crate) async fn show(
    caller: Reader,
    State(state): State<ApiState>,
    PathOf(name): PathOf<CredentialName>,
) -> Result<Json<Credential>, Problem> {
    caller.for_everything()?;
    let summary = state.credentials.summary(&name).await?;
    Ok(Json(summary.ok_or_else(|| Problem::not_found("credential", &name))?.into()))
}
