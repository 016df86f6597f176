//! Who calls. A handler that takes a [`Caller`] cannot be reached without a key.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::ApiError;
use crate::hub::Hub;
use crate::subscription::Asker;

/// Who calls, and the id of this call.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The place of the key in the configuration.
    pub(crate) key: usize,
    pub(crate) user_id: String,
    pub(crate) api_key_id: String,
    pub(crate) request_id: String,
    pub(crate) is_admin: bool,
}

impl Caller {
    /// Reads `Authorization`: Basic with the key as user name and an empty password, or Bearer.
    pub(crate) fn identify(hub: &Hub, headers: &HeaderMap) -> Option<Self> {
        let given = key_of(headers.get(AUTHORIZATION)?.to_str().ok()?)?;
        let key = hub.config.api_keys.iter().position(|known| known.opens_with(&given))?;
        let mut world = hub.world();
        let user = world.organization.users[key].clone();
        Some(Self {
            key,
            user_id: user.id,
            api_key_id: user.api_key_id,
            request_id: world.dice.short_id("req"),
            is_admin: hub.config.api_keys[key].is_admin(),
        })
    }

    pub(crate) fn asker(&self) -> Asker<'_> {
        Asker { user_id: &self.user_id, is_admin: self.is_admin }
    }
}

fn key_of(authorization: &str) -> Option<String> {
    let (scheme, value) = authorization.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(value.to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(value).ok()?).ok()?;
    // Whatever comes after the colon is a password, which a key does not have.
    decoded.strip_suffix(':').map(ToOwned::to_owned)
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or(ApiError::Unauthorized)
    }
}
