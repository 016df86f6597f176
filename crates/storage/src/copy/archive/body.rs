//! Bytes in JSON: as text where they are text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// What somebody has sent, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Body {
    /// UTF-8.
    Text(String),
    /// Anything else, in base64.
    Base64(String),
}

impl Body {
    pub(super) fn of(bytes: Vec<u8>) -> Self {
        String::from_utf8(bytes)
            .map_or_else(|other| Self::Base64(STANDARD.encode(other.as_bytes())), Self::Text)
    }

    /// The bytes; none where they are not base64.
    pub(super) fn bytes(&self) -> Option<Vec<u8>> {
        match self {
            Self::Text(text) => Some(text.as_bytes().to_vec()),
            Self::Base64(text) => STANDARD.decode(text).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_back() {
        for bytes in [&b"{\"name\": \"Caf\xc3\xa9\"}"[..], b"", b"\xff\x00\x01", b"a\0b"] {
            assert_eq!(Body::of(bytes.to_vec()).bytes().as_deref(), Some(bytes));
        }
        assert_eq!(Body::Base64("?".to_owned()).bytes(), None);
    }
}
