//! `DELETE /credentials/{name}`: forgets a credential that no active workflow needs.

use axum::extract::State;
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::{CredentialName, WorkflowName};
use http::StatusCode;

use crate::extract::{Admin, PathOf};
use crate::problem::{Problem, kind};
use crate::state::ApiState;
use crate::workflows::credential_uses::credential_uses;
use crate::workflows::stored;

/// How many workflows are looked at in one go.
const PAGE: u32 = 200;

/// Answers 204; 409 where an active workflow names the credential.
#[utoipa::path(
    delete,
    path = "/api/v1/credentials/{name}",
    tag = "Credentials",
    operation_id = "delete_credential",
    summary = "Delete a credential",
    params(PathOf<CredentialName>),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "There is no such credential"),
        (status = 409, description = "An active workflow needs it, or it comes from the environment"),
    ),
)]
pub(crate) async fn delete(
    caller: Admin,
    State(state): State<ApiState>,
    PathOf(name): PathOf<CredentialName>,
) -> Result<StatusCode, Problem> {
    let known =
        state.credentials.summary(&name).await?.ok_or_else(|| Problem::not_found("credential", &name))?;
    if known.stored.is_none() {
        return Err(Problem::new(kind::CREDENTIAL_READ_ONLY));
    }
    if let Some(workflow) = user_of(&state, &name).await? {
        let detail = format!("The workflow `{workflow}` needs `{name}`; deactivate it first.");
        return Err(Problem::because(kind::CREDENTIAL_IN_USE, detail));
    }
    if state.credentials.by(caller.author()).delete(&name, state.clock.now()).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("credential", &name))
    }
}

/// The first workflow that is not off and names the credential.
async fn user_of(state: &ApiState, credential: &CredentialName) -> Result<Option<WorkflowName>, Problem> {
    let mut after = None;
    loop {
        let page = state.store.workflows(after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(None) };
        after = Some(last.workflow.name.clone());
        for row in page.into_iter().map(|summary| summary.workflow) {
            if row.state == ActivationState::Inactive {
                continue;
            }
            let yaml = stored::newest(&state.store, &row).await?.yaml;
            if stored::parse(&yaml).is_ok_and(|workflow| credential_uses(&workflow).contains_key(credential))
            {
                return Ok(Some(row.name));
            }
        }
    }
}
