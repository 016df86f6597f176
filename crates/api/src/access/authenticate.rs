//! From a request to who calls.

use std::time::Duration;

use bellhop_storage::TokenDigest;
use http::HeaderValue;
use http::header::{AUTHORIZATION, RETRY_AFTER};
use http::request::Parts;

use super::Caller;
use super::address::address;
use crate::problem::{Problem, kind};
use crate::state::ApiState;

/// Who calls; 401 where that cannot be told, 429 where the address was wrong too often.
///
/// A token that is in memory is taken however often others at the same address were wrong: many may share one, and 256
/// random bits are not guessed. Only a short token of the settings, which somebody has made up, has to wait.
pub(crate) async fn caller(parts: &Parts, state: &ApiState) -> Result<Caller, Problem> {
    let address = address(parts);
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(token) = header.and_then(bearer) else { return Err(Problem::unauthorized()) };
    let held_off = state.attempts().held_off(address, &*state.clock);
    if state.token.matches(token) {
        return match held_off {
            Some(wait) if state.token.is_short() => Err(too_many(wait)),
            Some(_) | None => Ok(Caller::of_settings(address)),
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
            Ok(Caller::of_token(known.row(), address))
        }
        None => Err(state.attempts().failed(address, now).map_or_else(Problem::unauthorized, too_many)),
    }
}

fn too_many(wait: Duration) -> Problem {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    Problem::new(kind::TOO_MANY_ATTEMPTS).with_header(RETRY_AFTER, HeaderValue::from(seconds))
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
