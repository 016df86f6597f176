//! Headers: from the input to the request, and from the answer to the output.

use http::header::{CONNECTION, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, SET_COOKIE};
use http::header::{TE, TRAILER, TRANSFER_ENCODING, UPGRADE};
use serde_json::{Map, Value};

use crate::StepFailure;
use crate::input::{describe, scalar};

/// What says how a message is framed is the client's business: a wrong one splits it in two.
const FRAMING: [HeaderName; 6] = [CONNECTION, CONTENT_LENGTH, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];

/// Reads `headers`. A `null` is left out. Values never occur in messages: they may be secret.
pub(super) fn read(map: &Map<String, Value>) -> Result<HeaderMap, StepFailure> {
    let mut headers = HeaderMap::new();
    for (name, value) in map.iter().filter(|(_, value)| !value.is_null()) {
        let refuse = |problem: &str| StepFailure::invalid_input(format!("`headers.{name}` {problem}"));
        let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
            StepFailure::invalid_input(format!("`headers`: `{name:?}` is no name of a header"))
        })?;
        if FRAMING.contains(&header) {
            return Err(refuse("is set by the HTTP client alone"));
        }
        let text = scalar(value).ok_or_else(|| refuse(&format!("is a text, not {}", describe(value))))?;
        let value = HeaderValue::from_bytes(text.as_bytes())
            .map_err(|_| refuse("has a line break or another control character"))?;
        if headers.insert(header, value).is_some() {
            return Err(refuse("is there twice, in different letter cases"));
        }
    }
    Ok(headers)
}

/// The headers of an answer as a map.
pub(super) fn output(headers: &HeaderMap) -> Map<String, Value> {
    headers
        .keys()
        .map(|name| {
            let mut values =
                headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
            // Only cookies have commas of their own (RFC 6265 section 3).
            let value = if name == SET_COOKIE {
                values.map(Value::from).collect()
            } else {
                let first = values.next().unwrap_or_default().into_owned();
                Value::from(values.fold(first, |joined, value| joined + ", " + &value))
            };
            (name.as_str().to_owned(), value)
        })
        .collect()
}
