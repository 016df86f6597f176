//! `DELETE /session`: shuts a browser.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::SET_COOKIE;

use crate::access::cookie;
use crate::extract::Reader;
use crate::problem::Problem;
use crate::state::ApiState;

/// Answers 204. What the browser has shown is not taken any more, here at once and on other nodes within two seconds.
#[utoipa::path(
    delete,
    path = "/api/v1/session",
    tag = "Tokens",
    operation_id = "close_session",
    summary = "Shut the browser",
    responses(
        (status = 204, description = "Its cookie is not taken any more", headers(("Set-Cookie" = String, description = "Forgets the cookie"))),
    ),
)]
pub(crate) async fn close(caller: Reader, State(state): State<ApiState>) -> Result<Response, Problem> {
    if let Some(session) = caller.session() {
        state.tokens().end_session(&session.digest).await?;
    }
    let forget = [(SET_COOKIE, cookie::set(&state.public_url, "", 0)?)];
    Ok((StatusCode::NO_CONTENT, forget).into_response())
}
