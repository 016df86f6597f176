//! `POST /resume/{token}`: resumes the execution that the URL was made for. The first call counts.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest as _, Path, Request, State};
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;

use super::payload::Payload;
use super::{Taken, html, page, read_token, refusal};
use crate::problem::Problem;
use crate::state::ApiState;

/// Answers once it is durable.
#[utoipa::path(
    post,
    path = "/resume/{token}",
    tag = "Public",
    operation_id = "resume_by_url",
    summary = "Resume what waits for this URL",
    params(("token" = String, Path, description = "What was given out with the URL", example = "cmVzdW1l")),
    request_body(content((Value = "application/json", example = json!({"approved": true})), (Value = "application/x-www-form-urlencoded", example = json!({"approved": "true"}))), description = "What the step gives; may be left out"),
    responses(
        (status = 200, content((Taken = "application/json"), (String = "text/html", example = json!("<!doctype html>…"))), description = "It counts, and is on disk"),
        (status = 404, description = "Nothing waits at this address"),
        (status = 409, description = "Another call came first"),
        (status = 410, description = "Nothing waits for it any more"),
    ),
)]
pub(crate) async fn call(
    State(state): State<ApiState>,
    token: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let answer = resume(&state, &page::text(token), &headers, request).await;
    page::shown(&headers, answer)
}

async fn resume(
    state: &ApiState,
    token: &str,
    headers: &HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    // Before the body is read: whoever has no token has nothing to send.
    let (execution, path) = read_token(state, token)?;
    let Payload(payload) = Payload::from_request(request, state).await?;
    let outcome = state.store.resume(execution, &path, &payload, state.clock.now()).await?;
    if let Some(problem) = refusal(outcome) {
        return Err(problem);
    }
    tracing::info!(%execution, step = path, "resumed by its URL");
    if html::is_wanted(headers) {
        return Ok(page::thanks());
    }
    Ok(Json(Taken::new(execution, path)).into_response())
}
