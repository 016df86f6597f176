//! The operator's token: what a caller of `/api/v1` has to show.

use std::fmt;

use bellhop_storage::TokenDigest;
use bellhop_vault::Secret;
use subtle::ConstantTimeEq;

/// From this length on a token is taken for random.
const LONG: usize = 32;

/// The token that opens the API, held as its SHA-256 only.
#[derive(Clone)]
pub struct ApiToken {
    digest: TokenDigest,
    is_short: bool,
}

impl ApiToken {
    /// Takes the token's digest; the token itself is not kept.
    #[must_use]
    pub fn new(token: &Secret) -> Self {
        let text = token.expose();
        Self { digest: TokenDigest::of(text), is_short: text.len() < LONG }
    }

    /// What it is recognised by.
    pub(crate) const fn digest(&self) -> TokenDigest {
        self.digest
    }

    /// Whether somebody has made it up, so that it may be guessed in time.
    pub(crate) const fn is_short(&self) -> bool {
        self.is_short
    }

    /// Whether `given` is the token. Takes the same time whatever `given` has in common with it.
    #[must_use]
    pub fn matches(&self, given: &str) -> bool {
        TokenDigest::of(given).as_bytes().ct_eq(self.digest.as_bytes()).into()
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
