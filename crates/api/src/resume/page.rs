//! `GET /resume/{token}`: a page that asks for a decision. It changes nothing.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use bellhop_storage::ExecutionRow;
use http::{HeaderMap, StatusCode};

use super::{html, read_token, refusal, unknown};
use crate::problem::Problem;
use crate::state::ApiState;
use crate::workflows::stored;

/// Answers with the page, or says why there is nothing to decide.
#[utoipa::path(
    get,
    path = "/resume/{token}",
    tag = "Public",
    operation_id = "ask_for_decision",
    summary = "Show the page that asks for a decision",
    params(("token" = String, Path, description = "What was given out with the URL", example = "cmVzdW1l")),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "The page", example = json!("<!doctype html>…")),
        (status = 404, description = "Nothing waits at this address"),
        (status = 409, description = "Another call came first"),
        (status = 410, description = "Nothing waits for it any more"),
    ),
)]
pub(crate) async fn page(
    State(state): State<ApiState>,
    token: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    shown(&headers, ask(&state, &text(token)).await)
}

async fn ask(state: &ApiState, token: &str) -> Result<Response, Problem> {
    let (execution, path) = read_token(state, token)?;
    if let Some(problem) = refusal(state.store.resumable(execution, &path).await?) {
        return Err(problem);
    }
    let row = state.store.execution(execution).await?.ok_or_else(unknown)?;
    let step = step_name(state, &row, &path).await?;
    Ok(html::question(row.workflow.as_str(), &step))
}

/// What the step is called, by its name or else by its id.
async fn step_name(state: &ApiState, row: &ExecutionRow, path: &str) -> Result<String, Problem> {
    let id = path.rsplit('/').next().unwrap_or(path);
    let version = stored::version(&state.store, row.workflow_id, row.version).await?;
    let workflow = version.and_then(|version| stored::parse(&version.yaml).ok());
    let step = workflow.as_ref().and_then(|workflow| {
        workflow.all_steps().into_iter().find(|step| step.id.as_str() == id)?.name.clone()
    });
    Ok(step.unwrap_or_else(|| id.to_owned()))
}

/// The token in the address; one that is no text is nobody's.
pub(super) fn text(token: Result<Path<String>, PathRejection>) -> String {
    token.map(|Path(token)| token).unwrap_or_default()
}

/// A problem as a person sees it where that is a browser's, else as all others.
pub(super) fn shown(headers: &HeaderMap, answer: Result<Response, Problem>) -> Response {
    match answer {
        Ok(page) => page,
        Err(problem) if html::is_wanted(headers) && problem.status().is_client_error() => {
            html::notice(problem.status(), problem.title(), problem.detail())
        }
        Err(problem) => problem.into_response(),
    }
}

/// What somebody sees whose call counts.
pub(super) fn thanks() -> Response {
    html::notice(StatusCode::OK, "Thank you", "Your decision is recorded. You can close this page.")
}
