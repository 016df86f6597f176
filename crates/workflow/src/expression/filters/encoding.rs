//! `b64encode`, `b64decode`, `urlencode`.

use std::fmt::Write;

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};

use super::failed;
use crate::expression::machine::Meter;
use crate::expression::url::encoded;

/// Senders differ in whether they pad.
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// A text's UTF-8 bytes as base64 (RFC 4648 section 4), padded.
pub(super) fn b64encode(text: &str) -> String {
    BASE64.encode(text)
}

/// The text that base64 says, in the standard or the URL alphabet, padded or not.
pub(super) fn b64decode(encoded: &str) -> Result<String, Error> {
    let encoded = encoded.trim();
    let is_url = encoded.contains(['-', '_']);
    let bytes = if is_url { BASE64_URL.decode(encoded) } else { BASE64.decode(encoded) }
        .map_err(|error| failed("the text is not base64").with_source(error))?;
    String::from_utf8(bytes).map_err(|_| failed("the base64 does not hold UTF-8 text"))
}

/// A value for a URL: everything but letters, digits and `-._~` is escaped, the slash too, so that a value can
/// never become more than one path segment. A map becomes a query: `a=1&b=2`.
pub(super) fn urlencode(state: &mut State, value: &Value) -> Result<String, Error> {
    super::require(value, Meter::of(state))?;
    if value.kind() != ValueKind::Map {
        return Ok(encoded(&value.to_string()));
    }
    let mut query = String::new();
    for key in value.try_iter()? {
        let field = value.get_item(&key)?;
        if field.is_none() {
            continue;
        }
        let separator = if query.is_empty() { "" } else { "&" };
        // Writing to a `String` cannot fail.
        let _ = write!(query, "{separator}{}={}", encoded(&key.to_string()), encoded(&field.to_string()));
    }
    Ok(query)
}
