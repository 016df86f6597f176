//! The proof that a caller holds the API token.

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;

use crate::problem::Problem;
use crate::state::ApiState;

/// A caller with the token. A handler without it as an argument is open to everybody.
pub(crate) struct Operator;

impl FromRequestParts<ApiState> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let given = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        match given.and_then(bearer) {
            Some(token) if state.token.matches(token) => Ok(Self),
            Some(_) | None => Err(Problem::unauthorized()),
        }
    }
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
