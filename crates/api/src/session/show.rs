//! `GET /session`: whom the token or the cookie stands for.

use axum::Json;

use super::shape::Identity;
use crate::extract::Reader;

/// Answers with what the caller may do.
#[utoipa::path(
    get,
    path = "/api/v1/session",
    tag = "Tokens",
    operation_id = "show_session",
    summary = "Say who is calling",
    responses(
        (status = 200, body = Identity, description = "What the token may do, whether it is shown or a cookie stands for it"),
    ),
)]
pub(crate) async fn show(caller: Reader) -> Json<Identity> {
    Json(Identity::of(&caller, caller.session().map(|session| session.expires_at)))
}
