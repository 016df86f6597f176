//! The unguessable part of the URLs that resume waiting executions.
//!
//! Nothing of it is stored: a token says what it resumes, and proves that this server has made it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::MasterKey;

/// What the key of the tokens is derived for: no other use of the master key gives the same.
const PURPOSE: &[u8] = b"bellhop resume tokens v1";

/// Length of the key in bytes.
const KEY_LENGTH: usize = 32;

/// How much of the MAC a token has: 128 bits cannot be guessed, and a URL stays short enough for a mail.
const TAG_LENGTH: usize = 16;

const ID_LENGTH: usize = 16;

/// What SHA-256 takes at a time.
const BLOCK_LENGTH: usize = 64;

/// Makes and reads the tokens of one server, or of all nodes that have the same master key.
///
/// While the master key is being changed, those that were given out before are still read.
#[derive(Clone)]
pub struct ResumeTokens {
    key: TokenKey,
    /// Of the master key before.
    previous: Option<TokenKey>,
}

/// Derived from one master key.
#[derive(Clone)]
struct TokenKey(Zeroizing<[u8; KEY_LENGTH]>);

/// The token was not made with this key, or was altered since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the resume token is not one of this server's")]
pub struct InvalidToken;

impl ResumeTokens {
    /// Those of the server whose master key it is.
    #[must_use]
    pub fn new(master_key: &MasterKey) -> Self {
        let previous = master_key.all().nth(1).map(TokenKey::derive);
        Self { key: TokenKey::derive(master_key), previous }
    }

    /// The token for the step at `path` of an execution: letters, digits, `-` and `_`. The same each time.
    #[must_use]
    pub fn mint(&self, execution: Uuid, path: &str) -> String {
        let mut bytes = Vec::with_capacity(ID_LENGTH + TAG_LENGTH + path.len());
        bytes.extend_from_slice(execution.as_bytes());
        bytes.extend_from_slice(&self.key.mac(execution, path).finalize().into_bytes()[..TAG_LENGTH]);
        bytes.extend_from_slice(path.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The execution and the path that a token was made for.
    pub fn read(&self, token: &str) -> Result<(Uuid, String), InvalidToken> {
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| InvalidToken)?;
        let (id, rest) = bytes.split_first_chunk::<ID_LENGTH>().ok_or(InvalidToken)?;
        let (tag, path) = rest.split_first_chunk::<TAG_LENGTH>().ok_or(InvalidToken)?;
        let (execution, path) = (Uuid::from_bytes(*id), str::from_utf8(path).map_err(|_| InvalidToken)?);
        // The MAC's own check takes as long for a near miss as for a far one.
        let made_with =
            |key: &TokenKey| key.mac(execution, path).verify_truncated_left(tag).map_err(|_| InvalidToken);
        match &self.previous {
            Some(previous) => made_with(&self.key).or_else(|_| made_with(previous))?,
            None => made_with(&self.key)?,
        }
        Ok((execution, path.to_owned()))
    }
}

impl TokenKey {
    fn derive(master_key: &MasterKey) -> Self {
        let mut key = Zeroizing::new([0; KEY_LENGTH]);
        let mut mac = keyed(&master_key.bytes);
        mac.update(PURPOSE);
        key.copy_from_slice(&mac.finalize().into_bytes());
        Self(key)
    }

    /// The id has a fixed length, so that no two pairs give the same bytes.
    fn mac(&self, execution: Uuid, path: &str) -> Hmac<Sha256> {
        let mut mac = keyed(&self.0);
        mac.update(execution.as_bytes());
        mac.update(path.as_bytes());
        mac
    }
}

/// HMAC pads a key with zeros up to its block (RFC 2104): done here, where no length can be wrong.
fn keyed(key: &[u8; KEY_LENGTH]) -> Hmac<Sha256> {
    let mut block = Zeroizing::new([0; BLOCK_LENGTH]);
    block[..KEY_LENGTH].copy_from_slice(key);
    Hmac::new(&(*block).into())
}

impl fmt::Debug for ResumeTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResumeTokens")
    }
}
