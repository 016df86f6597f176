//! Reading one header's text.

use http::HeaderMap;

/// The header's text; none where it is missing, and an error where it is not visible ASCII.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, NotText> {
    headers.get(name).map(|value| value.to_str().map_err(|_| NotText)).transpose()
}

/// The header's bytes are not visible ASCII.
#[derive(Debug)]
pub(super) struct NotText;
