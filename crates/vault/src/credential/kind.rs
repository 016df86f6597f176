//! The kinds of credential, and which fields each has.

use std::fmt;
use std::str::FromStr;

/// What a credential is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// An API key of Close.
    Close,
    /// HTTP Basic authentication.
    HttpBasic,
    /// `Authorization: Bearer`.
    HttpBearer,
    /// A header of the service's own.
    HttpHeader,
    /// A key for HMAC signatures.
    Hmac,
    /// A mail server.
    Smtp,
    /// A database of the user's.
    Sql,
}

impl CredentialKind {
    /// All of them, in the order the docs show.
    pub const ALL: [Self; 7] =
        [Self::Close, Self::HttpBasic, Self::HttpBearer, Self::HttpHeader, Self::Hmac, Self::Smtp, Self::Sql];

    /// The word in REST, CLI and database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Close => "close",
            Self::HttpBasic => "http_basic",
            Self::HttpBearer => "http_bearer",
            Self::HttpHeader => "http_header",
            Self::Hmac => "hmac",
            Self::Smtp => "smtp",
            Self::Sql => "sql",
        }
    }

    /// The names of its fields; all are needed but for those that [`Self::is_optional`] names, which come last.
    #[must_use]
    pub const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Close => &["api_key"],
            Self::HttpBasic => &["username", "password"],
            Self::HttpBearer => &["token"],
            Self::HttpHeader => &["name", "value"],
            Self::Hmac => &["secret"],
            Self::Smtp => &["url", "from"],
            Self::Sql => &["url"],
        }
    }

    /// Whether a credential of this kind may be without that field.
    #[must_use]
    pub fn is_optional(self, field: &str) -> bool {
        self == Self::Smtp && field == "from"
    }
}

impl fmt::Display for CredentialKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is no kind of credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no credential kind `{word}`{}", did_you_mean(.suggestion.as_deref()))]
pub struct UnknownKind {
    /// The word.
    pub word: String,
    /// The kind that was probably meant.
    pub suggestion: Option<String>,
}

impl FromStr for CredentialKind {
    type Err = UnknownKind;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| UnknownKind {
            word: word.to_owned(),
            suggestion: nearest(word, Self::ALL.into_iter().map(Self::as_str)),
        })
    }
}

/// The known word that is most like `word`, where one is like it at all.
pub(super) fn nearest(word: &str, known: impl Iterator<Item = &'static str>) -> Option<String> {
    known
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate.to_owned())
}

/// The end of a message that may have a suggestion.
pub(super) fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map(|suggestion| format!("; did you mean `{suggestion}`?")).unwrap_or_default()
}
