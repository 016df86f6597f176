//! How the sender of a generic webhook proves itself by what both sides know: a name and a password, a token, a header.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_PAD_INDIFFERENT as BASE64;
use bellhop_vault::Secret;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::{VerifyError, header, mac};

/// Checks `Authorization: Basic` (RFC 7617) against a user name and a password.
pub fn basic(headers: &HeaderMap, username: &Secret, password: &Secret) -> Result<(), VerifyError> {
    let given = authorization(headers, "basic")?;
    let given = BASE64.decode(given).map_err(|_| VerifyError::Unauthorized)?;
    let colon = given.iter().position(|byte| *byte == b':').ok_or(VerifyError::Unauthorized)?;
    let name = mac::same(&given[..colon], username.expose().as_bytes());
    let pass = mac::same(&given[colon + 1..], password.expose().as_bytes());
    // Not `&&`: it would tell by its time that the name was right.
    if name & pass { Ok(()) } else { Err(VerifyError::Unauthorized) }
}

/// Checks `Authorization: Bearer` (RFC 6750) against a token.
pub fn bearer(headers: &HeaderMap, token: &Secret) -> Result<(), VerifyError> {
    let given = authorization(headers, "bearer")?;
    equal(given.as_bytes(), token)
}

/// Checks the header `name` against a fixed value.
pub fn fixed_header(headers: &HeaderMap, name: &str, value: &Secret) -> Result<(), VerifyError> {
    let given = headers.get(name).ok_or(VerifyError::Unauthorized)?;
    equal(given.as_bytes(), value)
}

/// What follows the scheme's name, which may be in any case.
fn authorization<'a>(headers: &'a HeaderMap, scheme: &str) -> Result<&'a str, VerifyError> {
    let value = header::text(headers, AUTHORIZATION.as_str())
        .map_err(|_| VerifyError::Unauthorized)?
        .ok_or(VerifyError::Unauthorized)?;
    let (given, rest) = value.split_once(' ').ok_or(VerifyError::Unauthorized)?;
    if given.eq_ignore_ascii_case(scheme) { Ok(rest.trim()) } else { Err(VerifyError::Unauthorized) }
}

fn equal(given: &[u8], expected: &Secret) -> Result<(), VerifyError> {
    // An empty secret would be matched by an empty header.
    if expected.expose().is_empty() {
        return Err(VerifyError::NoKey);
    }
    if mac::same(given, expected.expose().as_bytes()) { Ok(()) } else { Err(VerifyError::Unauthorized) }
}
