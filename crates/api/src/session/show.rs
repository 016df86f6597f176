//! `GET /session`: whom the token or the cookie stands for.

use axum::Json;

use super::shape::Identity;
use crate::extract::Reader;

/// Answers with what the caller may do.
pub(crate) async fn show(caller: Reader) -> Json<Identity> {
    Json(Identity::of(&caller, caller.session().map(|session| session.expires_at)))
}
