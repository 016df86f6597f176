//! Values that are stored as JSON text.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::StoreError;

/// The value as JSON. It never holds a raw NUL: JSON escapes it.
pub(crate) fn to_text(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Unwritable(Arc::new(error)))
}

/// The same for a value that may be absent.
pub(crate) fn to_text_option(value: Option<&impl Serialize>) -> Result<Option<String>, StoreError> {
    value.map(to_text).transpose()
}

/// The value that was stored; `what` names it where it cannot be read.
pub(crate) fn from_text<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Corrupt { what })
}

/// The same for a value that was stored as bytes.
pub(crate) fn from_bytes<T: DeserializeOwned>(what: &'static str, bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(|_| StoreError::Corrupt { what })
}

/// The same for a value that may be absent.
pub(crate) fn from_text_option<T: DeserializeOwned>(
    what: &'static str,
    text: Option<&str>,
) -> Result<Option<T>, StoreError> {
    text.map(|text| from_text(what, text)).transpose()
}
