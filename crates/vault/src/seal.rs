//! Sealing bytes so that only the holder of the master key reads them, and only where they belong.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::{KeyId, MasterKey};

/// The only layout so far: version byte ‖ key id ‖ nonce ‖ ciphertext with its tag.
const VERSION: u8 = 1;
const KEY_ID_LENGTH: usize = 4;
const HEADER_LENGTH: usize = 1 + KEY_ID_LENGTH;
/// Long enough to be drawn at random for every seal without fear of a repetition.
const NONCE_LENGTH: usize = 24;

/// Bytes that were sealed. They may be stored and shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// Sealed bytes that were stored before. Whether they are good is seen when they are opened.
    #[must_use]
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes to store.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes to store, without a copy.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Why something could not be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The system gave no random bytes.
    #[error("the system gave no random bytes for a nonce")]
    NoRandomness(#[source] getrandom::Error),
    /// More than the cipher takes (256 GiB).
    #[error("too long to seal")]
    TooLong,
}

/// Why something sealed could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Too short to have been sealed by any version.
    #[error("the sealed bytes are cut short")]
    Truncated,
    /// Sealed by a newer Bellhop, or not sealed at all.
    #[error("the sealed bytes are of version {0}, which is not known here")]
    UnknownVersion(u8),
    /// Sealed with another master key.
    #[error("sealed with the master key {sealed_with}, and the present one is {present}")]
    OtherKey {
        /// The key that is needed.
        sealed_with: KeyId,
        /// The key that there is.
        present: KeyId,
    },
    /// The bytes were changed since, or belong to something else than `context` says.
    #[error("the sealed bytes were altered, or sealed for something else")]
    Altered,
}

/// Why something could not be sealed anew.
#[derive(Debug, thiserror::Error)]
pub enum ResealError {
    /// It does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl MasterKey {
    /// Seals `plaintext` with XChaCha20-Poly1305 and a random nonce. `context` says what it belongs to
    /// (`credential:close`): sealed bytes that are moved to another row do not open there.
    pub fn seal(&self, context: &str, plaintext: &[u8]) -> Result<Sealed, SealError> {
        let mut nonce = [0; NONCE_LENGTH];
        getrandom::fill(&mut nonce).map_err(SealError::NoRandomness)?;

        let mut bytes = Vec::with_capacity(HEADER_LENGTH + NONCE_LENGTH + plaintext.len() + 16);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.id().0);
        let associated = associated_data(&bytes, context);
        let ciphertext = self
            .cipher()
            .encrypt(&XNonce::from(nonce), Payload { msg: plaintext, aad: &associated })
            .map_err(|_| SealError::TooLong)?;
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&ciphertext);
        Ok(Sealed(bytes))
    }

    /// Seals with this key what the one before has sealed; none where this one has sealed it already.
    pub fn reseal(&self, context: &str, sealed: &Sealed) -> Result<Option<Sealed>, ResealError> {
        let plaintext = self.open(context, sealed)?;
        if sealed.0.get(1..HEADER_LENGTH).is_some_and(|key_id| key_id == self.id().0) {
            return Ok(None);
        }
        Ok(Some(self.seal(context, &plaintext)?))
    }

    /// Opens what [`MasterKey::seal`] sealed with the same `context` and the same key, or the one before.
    pub fn open(&self, context: &str, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let version = *sealed.0.first().ok_or(OpenError::Truncated)?;
        if version != VERSION {
            return Err(OpenError::UnknownVersion(version));
        }
        let (header, rest) = sealed.0.split_first_chunk::<HEADER_LENGTH>().ok_or(OpenError::Truncated)?;
        let [_, key_id @ ..] = *header;
        let other = OpenError::OtherKey { sealed_with: KeyId(key_id), present: self.id() };
        let key = self.all().find(|key| key.id().0 == key_id).ok_or(other)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_LENGTH>().ok_or(OpenError::Truncated)?;
        let associated = associated_data(header, context);
        key.cipher()
            .decrypt(&XNonce::from(*nonce), Payload { msg: ciphertext, aad: &associated })
            .map(Zeroizing::new)
            .map_err(|_| OpenError::Altered)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.bytes))
    }
}

/// What the tag vouches for beside the ciphertext. The header's length is fixed, so no two pairs give the same.
fn associated_data(header: &[u8], context: &str) -> Vec<u8> {
    [header, context.as_bytes()].concat()
}
