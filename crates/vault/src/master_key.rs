//! The key that everything sealed is sealed with.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, general_purpose};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::Secret;

/// Length of the key in bytes.
const KEY_LENGTH: usize = 32;

/// 256 random bits, with those before them while the key is being changed. Its `Debug` shows the [`KeyId`] only.
#[derive(Clone)]
pub struct MasterKey {
    pub(crate) bytes: Zeroizing<[u8; KEY_LENGTH]>,
    id: KeyId,
    /// Opens what it has sealed, and seals nothing any more.
    previous: Option<Arc<MasterKey>>,
}

/// Which key it is, without saying anything of use about it: the first four bytes of its SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyId(pub(crate) [u8; 4]);

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The text has a character that base64 does not have, or ends in the middle.
    // The decoder's own error is left out: it repeats bytes of the key.
    #[error("the master key is not base64")]
    NotBase64,
    /// The text is base64, of too many or too few bytes.
    #[error("the master key has {0} bytes, not 32")]
    Length(usize),
    /// The system gave no random bytes.
    #[error("the system gave no random bytes for a master key")]
    NoRandomness(#[source] getrandom::Error),
}

impl MasterKey {
    /// Reads a key of 32 bytes in base64: the standard or the URL-safe alphabet, padded or not. Space around it,
    /// such as a file's last line break, does not matter.
    pub fn from_base64(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        let alphabet = if text.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
        let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let decoded = GeneralPurpose::new(alphabet, lenient).decode(text).map_err(|_| KeyError::NotBase64)?;
        let decoded = Zeroizing::new(decoded);
        let bytes = decoded.as_slice().try_into().map_err(|_| KeyError::Length(decoded.len()))?;
        Ok(Self::from_bytes(Zeroizing::new(bytes)))
    }

    /// A new key, from the system's source of randomness.
    pub fn generate() -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new([0; KEY_LENGTH]);
        getrandom::fill(bytes.as_mut_slice()).map_err(KeyError::NoRandomness)?;
        Ok(Self::from_bytes(bytes))
    }

    /// The key as [`MasterKey::from_base64`] reads it.
    #[must_use]
    pub fn to_base64(&self) -> Secret {
        general_purpose::STANDARD.encode(self.bytes.as_slice()).into()
    }

    /// Which key it is.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// The same key, which also opens what `previous` has sealed: until all of it is sealed anew. Nothing changes where
    /// both are the same.
    #[must_use]
    pub fn with_previous(mut self, mut previous: Self) -> Self {
        if previous.id != self.id {
            previous.previous = None;
            self.previous = Some(Arc::new(previous));
        }
        self
    }

    /// This key, then the one before.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.previous.as_deref())
    }

    fn from_bytes(bytes: Zeroizing<[u8; KEY_LENGTH]>) -> Self {
        let digest = Sha256::digest(bytes.as_slice());
        let id = KeyId([digest[0], digest[1], digest[2], digest[3]]);
        Self { bytes, id, previous: None }
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}
