//! What the fields of a credential may hold. A mistake is found here, when the credential is stored, and not by the
//! first request that cannot be made with it.

use std::collections::BTreeMap;

use super::address::has_scheme;
use super::kind::nearest;
use super::{CredentialError, CredentialKind};
use crate::Secret;

/// The databases that can be spoken to.
const SQL_SCHEMES: [&str; 5] = ["postgres", "postgresql", "mysql", "mariadb", "sqlite"];

/// Finds the first mistake in the fields of a credential of `kind`.
pub(super) fn check(kind: CredentialKind, fields: &BTreeMap<String, Secret>) -> Result<(), CredentialError> {
    if let Some(field) = fields.keys().find(|field| !kind.fields().contains(&field.as_str())) {
        let suggestion = nearest(field, kind.fields().iter().copied());
        return Err(CredentialError::Unknown { kind, field: field.clone(), suggestion });
    }
    for &field in kind.fields() {
        let secret = match fields.get(field) {
            Some(secret) => secret,
            None if kind.is_optional(field) => continue,
            None => return Err(CredentialError::Missing { kind, field }),
        };
        if secret.is_empty() && !may_be_empty(kind, field) {
            return Err(CredentialError::Empty { field });
        }
        if let Some(problem) = problem_with(kind, field, secret.expose()) {
            return Err(CredentialError::Unusable { field, problem });
        }
    }
    Ok(())
}

/// Many services take their key as the user's name, with no password.
fn may_be_empty(kind: CredentialKind, field: &str) -> bool {
    kind == CredentialKind::HttpBasic && field == "password"
}

fn problem_with(kind: CredentialKind, field: &str, text: &str) -> Option<&'static str> {
    match (kind, field) {
        (CredentialKind::Hmac, _) => None,
        (CredentialKind::HttpHeader, "name") if !text.bytes().all(is_token_byte) => {
            Some("is not the name of an HTTP header")
        }
        (CredentialKind::HttpBasic, "username") if text.contains(':') => {
            Some("has a colon, which HTTP Basic takes for the end of the name")
        }
        (CredentialKind::Smtp, "url") if !has_scheme(text, &["smtp", "smtps"]) => {
            Some("is not the address of a mail server: it has to begin with smtp:// or smtps://")
        }
        (CredentialKind::Sql, "url") if !has_scheme(text, &SQL_SCHEMES) => {
            Some("is not the address of a database: it has to begin with postgres://, mysql:// or sqlite://")
        }
        _ if text.chars().any(char::is_control) => {
            Some("has a line break or another control character, which no header can carry")
        }
        _ if text.trim() != text => Some("begins or ends with space"),
        _ => None,
    }
}

/// A byte of a token, as RFC 9110 section 5.6.2 has it.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
