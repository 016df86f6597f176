//! The operator's token: what a caller of `/api/v1` has to show.

use std::fmt;

use bellhop_vault::Secret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// From this length on a token is taken for random.
const LONG: usize = 32;

/// The token that opens the API, held as its SHA-256 only.
#[derive(Clone)]
pub struct ApiToken {
    digest: [u8; 32],
    is_short: bool,
}

impl ApiToken {
    /// Takes the token's digest; the token itself is not kept.
    #[must_use]
    pub fn new(token: &Secret) -> Self {
        let text = token.expose();
        Self { digest: Sha256::digest(text.as_bytes()).into(), is_short: text.len() < LONG }
    }

    /// Whether somebody has made it up, so that it may be guessed in time.
    pub(crate) const fn is_short(&self) -> bool {
        self.is_short
    }

    /// Whether `given` is the token. Takes the same time whatever `given` has in common with it.
    #[must_use]
    pub fn matches(&self, given: &str) -> bool {
        let digest: [u8; 32] = Sha256::digest(given.as_bytes()).into();
        digest.ct_eq(&self.digest).into()
    }
}

impl fmt::Debug for ApiToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiToken([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_matches() {
        let token = ApiToken::new(&Secret::from("correct horse".to_owned()));
        assert!(token.matches("correct horse"));
        assert!(!token.matches("correct hors"));
        assert!(!token.matches("correct horse "));
        assert!(!token.matches(""));
    }

    #[test]
    fn the_token_is_not_printed() {
        let token = ApiToken::new(&Secret::from("correct horse".to_owned()));
        assert!(!format!("{token:?}").contains("horse"));
    }
}
