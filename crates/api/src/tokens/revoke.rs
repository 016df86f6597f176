//! `DELETE /tokens/{id}`: revokes a token.

use axum::extract::State;
use bellhop_storage::{Action, NewAudit, Subject};
use bellhop_workflow::ids::{AuditId, TokenId};
use http::StatusCode;

use super::create::noted;
use crate::extract::{Admin, PathOf};
use crate::problem::Problem;
use crate::state::ApiState;

/// Answers 204, also where it was revoked before. Here it does not work from then on, on other nodes within two seconds.
#[utoipa::path(
    delete,
    path = "/api/v1/tokens/{id}",
    tag = "Tokens",
    operation_id = "revoke_token",
    summary = "Revoke a token",
    params(PathOf<TokenId>),
    responses(
        (status = 204, description = "It does not work any more"),
        (status = 404, description = "There is no such token"),
    ),
)]
pub(crate) async fn revoke(
    caller: Admin,
    State(state): State<ApiState>,
    PathOf(id): PathOf<TokenId>,
) -> Result<StatusCode, Problem> {
    // Its last use would be forgotten with it.
    state.tokens().flush().await?;
    let now = state.clock.now();
    let mut tx = state.store.begin().await?;
    let Some(row) = tx.revoke_token(id, now).await? else {
        drop(tx);
        let known = state.store.token(id).await?;
        return known.map(|_| StatusCode::NO_CONTENT).ok_or_else(|| Problem::not_found("token", id));
    };
    tx.audit(&NewAudit {
        id: AuditId::generate(now),
        author: caller.author(),
        action: Action::Revoke,
        before: Some(noted(&row)),
        after: None,
        subject: Subject::Token(row.name),
        at: now,
    })
    .await?;
    tx.commit().await?;
    state.tokens().forget(id).await;
    Ok(StatusCode::NO_CONTENT)
}
