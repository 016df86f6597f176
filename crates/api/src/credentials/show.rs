//! `GET /credentials/{name}`: what may be shown of one credential.

use axum::Json;
use axum::extract::State;
use bellhop_workflow::ids::CredentialName;

use super::shape::Credential;
use crate::extract::{PathOf, Reader};
use crate::problem::Problem;
use crate::state::ApiState;

/// Answers with the credential, without its values.
pub(crate) async fn show(
    caller: Reader,
    State(state): State<ApiState>,
    PathOf(name): PathOf<CredentialName>,
) -> Result<Json<Credential>, Problem> {
    caller.for_everything()?;
    let summary = state.credentials.summary(&name).await?;
    Ok(Json(summary.ok_or_else(|| Problem::not_found("credential", &name))?.into()))
}
