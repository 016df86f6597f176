//! Where in a delivery a value is.

use std::fmt;

use http::HeaderMap;
use serde::Deserialize;
use serde_json::Value;

/// Where in a delivery a value is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValuePlace {
    /// In the header of that name.
    Header(String),
    /// At that place of the body (RFC 6901).
    Pointer(String),
}

impl fmt::Display for ValuePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "header {name}"),
            Self::Pointer(pointer) => write!(f, "{pointer} in the body"),
        }
    }
}

impl ValuePlace {
    /// The value, where the delivery has one there that is text or a number, and not empty.
    pub(crate) fn find(&self, headers: &HeaderMap, body: &Value) -> Option<String> {
        let text = match self {
            Self::Header(name) => headers.get(name)?.to_str().ok()?.to_owned(),
            Self::Pointer(pointer) => match body.pointer(pointer)? {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
            },
        };
        (!text.is_empty()).then_some(text)
    }
}
