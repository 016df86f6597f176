//! `sha256` and `hmac_sha256`.

use hmac::{Hmac, KeyInit, Mac};
use minijinja::Error;
use sha2::{Digest, Sha256};

use super::failed;

/// The SHA-256 of a text's UTF-8 bytes, in lower-case hex.
pub(super) fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// The HMAC-SHA256 (RFC 2104) of a text with a key, both as UTF-8, in lower-case hex.
pub(super) fn hmac_sha256(text: &str, key: &str) -> Result<String, Error> {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key.as_bytes()).map_err(|_| failed("the key cannot be used"))?;
    mac.update(text.as_bytes());
    Ok(hex::encode(mac.finalize().into_bytes()))
}
