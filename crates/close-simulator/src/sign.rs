//! Close's signature over a delivery.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The header that carries the signature.
pub(crate) const HASH_HEADER: &str = "close-sig-hash";
/// The header that carries the Unix seconds that were signed with the body.
pub(crate) const TIMESTAMP_HEADER: &str = "close-sig-timestamp";

/// What `close-sig-hash` holds for `body` sent at `timestamp` (Unix seconds as decimal text): HMAC-SHA256 over the
/// timestamp's text followed directly by the body, keyed with the *decoded* `signature_key`, in lower-case hexadecimal.
///
/// # Errors
/// Where `signature_key` is not hexadecimal.
pub fn sign(signature_key: &str, timestamp: &str, body: &[u8]) -> Result<String, hex::FromHexError> {
    let key = hex::decode(signature_key)?;
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else {
        unreachable!("HMAC takes keys of every length")
    };
    mac.update(timestamp.as_bytes());
    mac.update(body);
    Ok(hex::encode(mac.finalize().into_bytes()))
}
