//! Close's signature: `close-sig-hash` is the lower-case hex HMAC-SHA256 of `close-sig-timestamp`'s text followed
//! directly by the raw body. The key is the subscription's `signature_key`, **hex-decoded**.
//! <https://developer.close.com/resources/webhooks/>

use std::fmt;
use std::time::Duration;

use bellhop_vault::Secret;
use bellhop_workflow::model::HmacAlgorithm;
use bellhop_workflow::time::Timestamp;
use http::HeaderMap;
use zeroize::Zeroizing;

use super::{VerifyError, header, mac, timestamp};

/// The header with the signature.
pub const HASH_HEADER: &str = "close-sig-hash";
/// The header with the time of sending, in Unix seconds.
pub const TIMESTAMP_HEADER: &str = "close-sig-timestamp";

/// A subscription's key, decoded to the bytes that the HMAC is made with.
pub struct SignatureKey(Zeroizing<Vec<u8>>);

impl SignatureKey {
    /// Decodes a `signature_key` as Close gives it out.
    pub fn from_hex(text: &Secret) -> Result<Self, MalformedKey> {
        let bytes = Zeroizing::new(hex::decode(text.expose()).map_err(|_| MalformedKey)?);
        if bytes.is_empty() { Err(MalformedKey) } else { Ok(Self(bytes)) }
    }

    /// The decoded bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SignatureKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The key is empty or not hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature key is not hexadecimal")]
pub struct MalformedKey;

/// Checks a delivery of Close's: `key` is decoded already, `body` is what came over the wire, `now` is this
/// machine's time, and `tolerance` how far the sender's may be from it in either direction.
pub fn verify(
    key: &[u8],
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
    tolerance: Duration,
) -> Result<(), VerifyError> {
    let hash = header::text(headers, HASH_HEADER)
        .map_err(|_| VerifyError::MalformedSignature)?
        .ok_or(VerifyError::MissingSignature)?;
    let sent = header::text(headers, TIMESTAMP_HEADER)
        .map_err(|_| VerifyError::MalformedTimestamp)?
        .ok_or(VerifyError::MissingTimestamp)?;
    let hash = hex::decode(hash).map_err(|_| VerifyError::MalformedSignature)?;
    timestamp::check_fresh(sent, now, tolerance)?;
    mac::check(HmacAlgorithm::Sha256, key, &[sent.as_bytes(), body], &hash)
}
