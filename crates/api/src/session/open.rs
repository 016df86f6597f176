//! `POST /session`: opens a browser with a token.

use std::net::IpAddr;
use std::time::Duration;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::response::{IntoResponse as _, Response};
use bellhop_storage::{SessionRow, TokenDigest};
use http::StatusCode;
use http::header::{CACHE_CONTROL, SET_COOKIE};
use http::request::Parts;
use serde_json::Value;
use utoipa::ToSchema;

use super::shape::Identity;
use crate::access::{self, cookie};
use crate::extract::JsonBody;
use crate::problem::{Problem, kind};
use crate::state::ApiState;
use crate::tokens::random;

/// How long a browser stays open: a day's work.
const LASTS: Duration = Duration::from_hours(12);

/// Somebody who has shown nothing yet, on a page of no other site.
pub(crate) struct Visitor(Option<IpAddr>);

impl FromRequestParts<ApiState> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        // Nor may another site have somebody work under a name that is not theirs.
        cookie::from_here(&parts.headers, &state.public_url)?;
        Ok(Self(access::address(parts, &state.trusted_proxies)))
    }
}

/// What a browser is opened with, for the description of the interface: it is read by hand, so that no error repeats it.
#[derive(ToSchema)]
#[schema(as = SessionToken)]
#[expect(dead_code, reason = "it is only described")]
pub(crate) struct Shown {
    /// A token of this server.
    #[schema(example = "bh_…")]
    token: String,
}

/// Answers 201 with what the token may do, and with a cookie that no script can read. A wrong token is answered and counted as
/// everywhere.
#[utoipa::path(
    post,
    path = "/api/v1/session",
    tag = "Tokens",
    operation_id = "open_session",
    summary = "Open a browser with a token",
    security(()),
    request_body(content = Shown, description = "The token"),
    responses(
        (status = 201, body = Identity, description = "It is open for twelve hours, or for as long as the token works", headers(("Set-Cookie" = String, description = "What stands for the token from now on"))),
        (status = 401, description = "The token does not work"),
        (status = 403, description = "Another site may be behind it"),
        (status = 422, description = "There is no token in the body"),
        (status = 429, description = "Too many wrong tokens came from this address"),
    ),
)]
pub(crate) async fn open(
    Visitor(address): Visitor,
    State(state): State<ApiState>,
    // Read as any JSON: an error about its shape would repeat the token.
    JsonBody(body): JsonBody<Value>,
) -> Result<Response, Problem> {
    let token = body.get("token").and_then(Value::as_str);
    let token =
        token.ok_or_else(|| Problem::because(kind::INVALID_BODY, "`token` is missing, or is no text."))?;
    let caller = access::holder(token, address, &state).await?;
    let shown = random::bits()?;
    let created_at = state.clock.now();
    let session = SessionRow {
        digest: TokenDigest::of(shown.expose()),
        token: caller.digest(),
        created_at,
        expires_at: created_at.plus(LASTS),
    };
    state.store.open_session(&session).await?;
    let set = [
        (SET_COOKIE, cookie::set(&state.public_url, shown.expose(), LASTS.as_secs())?),
        (CACHE_CONTROL, http::HeaderValue::from_static("no-store")),
    ];
    let identity = Identity::of(&caller, Some(session.expires_at));
    Ok((StatusCode::CREATED, set, Json(identity)).into_response())
}
