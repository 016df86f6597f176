//! Credentials: secrets of a known shape, stored under a name.
//!
//! # Adding a kind
//! 1. A variant of [`CredentialKind`] with its word and its fields, in `kind.rs`.
//! 2. A variant of [`Credential`] here; the compiler then names every place that must know it.
//! 3. What its fields may hold, in `check.rs`.

mod address;
mod check;
mod kind;

use std::collections::BTreeMap;
use std::fmt;

use zeroize::Zeroizing;

pub use self::kind::{CredentialKind, UnknownKind};
use crate::Secret;

/// What a user stored under a name. Its `Debug` shows the kind only.
#[derive(Clone)]
pub enum Credential {
    /// An API key of Close.
    Close {
        /// The key.
        api_key: Secret,
    },
    /// HTTP Basic authentication (RFC 7617).
    HttpBasic {
        /// The user's name. It has no colon.
        username: Secret,
        /// The password; empty where a service takes its key as the name.
        password: Secret,
    },
    /// `Authorization: Bearer` (RFC 6750).
    HttpBearer {
        /// The token.
        token: Secret,
    },
    /// A header of the service's own.
    HttpHeader {
        /// The header's name.
        name: Secret,
        /// Its value.
        value: Secret,
    },
    /// A key for HMAC signatures.
    Hmac {
        /// The key, as UTF-8 text.
        secret: Secret,
    },
    /// A mail server.
    Smtp {
        /// `smtp://USER:PASSWORD@HOST:PORT`, or `smtps://`; user and password percent-encoded.
        url: Secret,
        /// Who mail is from where the step does not say.
        from: Option<Secret>,
    },
    /// A database of the user's.
    Sql {
        /// `postgres://`, `mysql://` or `sqlite://`; user and password percent-encoded.
        url: Secret,
    },
}

/// Why some fields make no credential. Names fields, never values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// A field that the kind needs is not there.
    #[error("a credential of kind `{kind}` needs `{field}`")]
    Missing {
        /// The kind.
        kind: CredentialKind,
        /// The field.
        field: &'static str,
    },
    /// A field that the kind does not have.
    #[error("a credential of kind `{kind}` has no field `{field}`{}", kind::did_you_mean(.suggestion.as_deref()))]
    Unknown {
        /// The kind.
        kind: CredentialKind,
        /// The field.
        field: String,
        /// The field that was probably meant.
        suggestion: Option<String>,
    },
    /// A field with nothing in it.
    #[error("`{field}` is empty")]
    Empty {
        /// The field.
        field: &'static str,
    },
    /// A field that could not be sent as it is.
    #[error("`{field}` {problem}")]
    Unusable {
        /// The field.
        field: &'static str,
        /// What is the matter with it, to follow its name.
        problem: &'static str,
    },
    /// Stored fields that are not a JSON object of texts.
    // The parser's error is left out: it can repeat a part of what it read.
    #[error("the stored fields are not a JSON object of texts")]
    NotFields,
}

impl Credential {
    /// Makes a credential of `kind` from its fields by name; every field that the kind needs must be there, and none
    /// that it does not have.
    pub fn from_fields(
        kind: CredentialKind,
        fields: impl IntoIterator<Item = (String, Secret)>,
    ) -> Result<Self, CredentialError> {
        let mut fields: BTreeMap<String, Secret> = fields.into_iter().collect();
        check::check(kind, &fields)?;
        let mut take =
            |field: &'static str| fields.remove(field).ok_or(CredentialError::Missing { kind, field });
        Ok(match kind {
            CredentialKind::Close => Self::Close { api_key: take("api_key")? },
            CredentialKind::HttpBasic => {
                Self::HttpBasic { username: take("username")?, password: take("password")? }
            }
            CredentialKind::HttpBearer => Self::HttpBearer { token: take("token")? },
            CredentialKind::HttpHeader => Self::HttpHeader { name: take("name")?, value: take("value")? },
            CredentialKind::Hmac => Self::Hmac { secret: take("secret")? },
            CredentialKind::Smtp => Self::Smtp { url: take("url")?, from: take("from").ok() },
            CredentialKind::Sql => Self::Sql { url: take("url")? },
        })
    }

    /// Reads what [`Credential::to_json`] wrote.
    pub fn from_json(kind: CredentialKind, json: &[u8]) -> Result<Self, CredentialError> {
        let fields: BTreeMap<String, String> =
            serde_json::from_slice(json).map_err(|_| CredentialError::NotFields)?;
        Self::from_fields(kind, fields.into_iter().map(|(field, text)| (field, text.into())))
    }

    /// The fields as a JSON object, to be sealed. The kind is not in it.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "it cannot")]
    pub fn to_json(&self) -> Zeroizing<Vec<u8>> {
        let fields: BTreeMap<&str, &str> =
            self.fields().map(|(field, secret)| (field, secret.expose())).collect();
        // Room for all of it, each byte escaped: a buffer that grew would leave copies of the secret behind.
        let room = fields.iter().map(|(field, text)| field.len() + 6 * text.len() + 6).sum::<usize>() + 2;
        let mut json = Zeroizing::new(Vec::with_capacity(room));
        #[expect(
            clippy::expect_used,
            reason = "text to memory: neither the writer nor the serializer can fail"
        )]
        serde_json::to_writer(&mut *json, &fields).expect("texts are JSON");
        json
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> CredentialKind {
        match self {
            Self::Close { .. } => CredentialKind::Close,
            Self::HttpBasic { .. } => CredentialKind::HttpBasic,
            Self::HttpBearer { .. } => CredentialKind::HttpBearer,
            Self::HttpHeader { .. } => CredentialKind::HttpHeader,
            Self::Hmac { .. } => CredentialKind::Hmac,
            Self::Smtp { .. } => CredentialKind::Smtp,
            Self::Sql { .. } => CredentialKind::Sql,
        }
    }

    /// The field of that name; `None` where the kind has no such field. To use a credential, match on its variants.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&Secret> {
        self.fields().find_map(|(name, secret)| (name == field).then_some(secret))
    }

    /// All its fields by name, in the order of [`CredentialKind::fields`].
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &Secret)> {
        let values = match self {
            Self::Close { api_key: one }
            | Self::HttpBearer { token: one }
            | Self::Hmac { secret: one }
            | Self::Sql { url: one } => [Some(one), None],
            Self::Smtp { url, from } => [Some(url), from.as_ref()],
            Self::HttpBasic { username: one, password: two } | Self::HttpHeader { name: one, value: two } => {
                [Some(one), Some(two)]
            }
        };
        self.kind().fields().iter().copied().zip(values.into_iter().flatten())
    }

    /// What of it must never be shown: not a user's name (unless it is all there is), not a header's.
    #[must_use]
    pub fn secrets(&self) -> Vec<Secret> {
        match self {
            Self::Close { api_key: secret }
            | Self::HttpBearer { token: secret }
            | Self::HttpHeader { value: secret, .. }
            | Self::Hmac { secret } => vec![secret.clone()],
            Self::HttpBasic { username, password } if password.is_empty() => vec![username.clone()],
            Self::HttpBasic { username, password } => {
                // The pair, too: its base64 gives away a password that is too short to be hidden by itself.
                vec![password.clone(), format!("{}:{}", username.expose(), password.expose()).into()]
            }
            Self::Smtp { url, .. } | Self::Sql { url } => address::secrets(url),
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({}, [redacted])", self.kind())
    }
}
