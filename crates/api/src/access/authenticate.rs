//! From a request to who calls.

use std::net::IpAddr;
use std::time::Duration;

use bellhop_storage::{StoreError, TokenDigest};
use http::HeaderValue;
use http::header::{AUTHORIZATION, RETRY_AFTER};
use http::request::Parts;

use super::address::address;
use super::{Caller, cookie};
use crate::problem::{Problem, kind};
use crate::state::ApiState;

/// Who calls; 401 where that cannot be told, 429 where the address was wrong too often.
pub(crate) async fn caller(parts: &Parts, state: &ApiState) -> Result<Caller, Problem> {
    let address = address(parts, &state.trusted_proxies);
    if let Some(header) = parts.headers.get(AUTHORIZATION) {
        let token = header.to_str().ok().and_then(bearer);
        return holder(token.ok_or_else(Problem::unauthorized)?, address, state).await;
    }
    let Some(shown) = cookie::shown(&parts.headers, &state.public_url) else {
        return Err(Problem::unauthorized());
    };
    let caller = in_session(&shown, address, state).await?.ok_or_else(Problem::unauthorized)?;
    cookie::check(parts, state)?;
    Ok(caller)
}

/// Who holds the token.
///
/// A token that is in memory is taken however often others at the same address were wrong: many may share one, and 256
/// random bits are not guessed. Only a short token of the settings, which somebody has made up, has to wait.
pub(crate) async fn holder(
    token: &str,
    address: Option<IpAddr>,
    state: &ApiState,
) -> Result<Caller, Problem> {
    let held_off = state.attempts().held_off(address, &*state.clock);
    if state.token.matches(token) {
        return match held_off {
            Some(wait) if state.token.is_short() => Err(too_many(wait)),
            Some(_) | None => Ok(Caller::of_settings(state.token.digest(), address)),
        };
    }
    let (digest, now) = (TokenDigest::of(token), state.clock.now());
    let known = match held_off {
        // Nor may wrong tokens keep the database busy.
        Some(_) => state.tokens().in_memory(&digest),
        None => state.tokens().find(&digest).await?,
    };
    match known.filter(|known| known.row().is_live(now)) {
        Some(known) => {
            known.used_at(now);
            Ok(Caller::of_token(known.row(), digest, address))
        }
        None => Err(state.attempts().failed(address, now).map_or_else(Problem::unauthorized, too_many)),
    }
}

/// Who has opened the browser that shows this. The session ends with its token. One that has ended is not counted as a
/// wrong try: a page that somebody has left open goes on asking.
async fn in_session(
    shown: &TokenDigest,
    address: Option<IpAddr>,
    state: &ApiState,
) -> Result<Option<Caller>, Problem> {
    let now = state.clock.now();
    let Some(session) = state.tokens().session(shown, now).await? else { return Ok(None) };
    if session.token == state.token.digest() {
        return Ok(Some(Caller::of_settings(session.token, address).in_session(&session)));
    }
    let known = state.tokens().find(&session.token).await?.filter(|known| known.row().is_live(now));
    Ok(known.map(|known| {
        known.used_at(now);
        Caller::of_token(known.row(), session.token, address).in_session(&session)
    }))
}

/// Whether what the caller has shown is taken still: nothing of it is revoked, shut or expired.
pub(crate) async fn is_still_taken(caller: &Caller, state: &ApiState) -> Result<bool, StoreError> {
    let now = state.clock.now();
    if let Some(session) = caller.session()
        && state.tokens().session(&session.digest, now).await?.is_none()
    {
        return Ok(false);
    }
    if caller.digest() == state.token.digest() {
        return Ok(true);
    }
    let known = state.tokens().find(&caller.digest()).await?;
    Ok(known.is_some_and(|known| known.row().is_live(now)))
}

fn too_many(wait: Duration) -> Problem {
    Problem::new(kind::TOO_MANY_ATTEMPTS).with_header(RETRY_AFTER, retry_after(wait))
}

/// So many whole seconds that the time is over after them.
pub(crate) fn retry_after(wait: Duration) -> HeaderValue {
    HeaderValue::from(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
}

/// The token of a `Bearer` header; the scheme's name is not case-sensitive (RFC 9110, 11.1).
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start_matches(' '))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::bearer;

    #[rstest]
    #[case("Bearer abc", Some("abc"))]
    #[case("bearer  abc", Some("abc"))]
    #[case("Basic abc", None)]
    #[case("Bearer", None)]
    fn a_token_is_read_from_its_header(#[case] header: &str, #[case] token: Option<&str>) {
        assert_eq!(bearer(header), token);
    }
}
