//! `GET /credentials`: all credentials by name.

use axum::Json;
use axum::extract::State;
use bellhop_workflow::ids::CredentialName;

use super::shape::Credential;
use crate::extract::{FromParameters, Parameters, Query, Reader};
use crate::page::{Page, PageRequest};
use crate::problem::Problem;
use crate::state::ApiState;

const LIST: &str = "credentials";

/// Which page.
pub(crate) struct ListCredentials(PageRequest<CredentialName>);

impl FromParameters for ListCredentials {
    const NAMES: &'static [&'static str] = &["limit", "cursor"];

    fn read(parameters: &Parameters) -> Result<Self, Problem> {
        PageRequest::read(parameters, LIST, |key| Some(CredentialName::new(key))).map(Self)
    }
}

/// Answers with one page.
#[utoipa::path(
    get,
    path = "/api/v1/credentials",
    tag = "Credentials",
    operation_id = "list_credentials",
    summary = "List credentials by name",
    params(Query<ListCredentials>),
    responses(
        (status = 200, body = Page<Credential>, description = "One page; never a value"),
    ),
)]
pub(crate) async fn list(
    caller: Reader,
    State(state): State<ApiState>,
    Query(ListCredentials(page)): Query<ListCredentials>,
) -> Result<Json<Page<Credential>>, Problem> {
    caller.for_everything()?;
    let all = state.credentials.list().await?;
    Ok(Json(page.page_of_all(
        LIST,
        all,
        |credential, after| credential.name > *after,
        |credential| credential.name.to_string(),
        Credential::from,
    )))
}
