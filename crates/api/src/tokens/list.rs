//! `GET /tokens`: all tokens, revoked and expired ones too, newest first.

use axum::Json;
use axum::extract::State;
use bellhop_workflow::ids::TokenId;

use super::shape::Token;
use crate::extract::{Admin, FromParameters, Parameters, Query};
use crate::page::{Page, PageRequest};
use crate::problem::Problem;
use crate::state::ApiState;

const LIST: &str = "tokens";

/// Which page.
pub(crate) struct ListTokens(PageRequest<TokenId>);

impl FromParameters for ListTokens {
    const NAMES: &'static [&'static str] = &["limit", "cursor"];

    fn read(parameters: &Parameters) -> Result<Self, Problem> {
        PageRequest::read(parameters, LIST, |key| key.parse().ok()).map(Self)
    }
}

/// Answers with one page. When each was last used is exact as far as this node goes, and half a minute old of others.
#[utoipa::path(
    get,
    path = "/api/v1/tokens",
    tag = "Tokens",
    operation_id = "list_tokens",
    summary = "List tokens, revoked and expired ones too",
    params(Query<ListTokens>),
    responses(
        (status = 200, body = Page<Token>, description = "One page"),
    ),
)]
pub(crate) async fn list(
    _: Admin,
    State(state): State<ApiState>,
    Query(ListTokens(page)): Query<ListTokens>,
) -> Result<Json<Page<Token>>, Problem> {
    state.tokens().flush().await?;
    let rows = state.store.tokens(page.after, page.rows()).await?;
    Ok(Json(page.page(LIST, rows, |row| row.id.to_string(), Token::from)))
}
