//! Tokens of the REST interface: what each may do, and what it is recognised by. The token itself is nowhere.

mod read;
mod scope;
mod write;

use std::fmt;

use bellhop_workflow::ids::{TokenId, WorkflowName};
use bellhop_workflow::time::Timestamp;
use sha2::{Digest as _, Sha256};
use sqlx::FromRow;
use uuid::Uuid;

pub use self::scope::{Scope, UnknownScope};
use crate::error::StoreError;
use crate::json;

/// What a token is recognised by: its SHA-256.
///
/// A slow hash with a salt is for what people make up. A token is 256 random bits: nobody can try them all, no two are
/// the same, and a slow hash would only have every request pay for it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenDigest([u8; 32]);

impl TokenDigest {
    /// The digest of a token.
    #[must_use]
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// The digest that was stored so.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        bytes.try_into().map(Self).map_err(|_| StoreError::Corrupt { what: "token digest" })
    }

    /// The digest as it is stored.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenDigest([redacted])")
    }
}

/// A token that is about to be given out.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Its id.
    pub id: TokenId,
    /// Its name, which no other token that is not revoked may have.
    pub name: String,
    /// What it may do.
    pub scope: Scope,
    /// The only workflows that it is for; none for all.
    pub workflows: Option<Vec<WorkflowName>>,
    /// What it is recognised by.
    pub digest: TokenDigest,
    /// When it is made.
    pub created_at: Timestamp,
    /// From when on it is not taken any more.
    pub expires_at: Option<Timestamp>,
}

/// A token, as far as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Its id.
    pub id: TokenId,
    /// Its name.
    pub name: String,
    /// What it may do.
    pub scope: Scope,
    /// The only workflows that it is for; none for all.
    pub workflows: Option<Vec<WorkflowName>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is not taken any more.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, as far as that is written down.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl TokenRow {
    /// Whether it is taken at that time.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// Why a token was not made.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TokenError {
    /// Another token is called so.
    #[error("a token of that name exists already")]
    NameTaken,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for TokenError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The columns that are read of a token, in a macro because statements are constants.
macro_rules! columns {
    () => {
        "id, name, scope, workflows, digest, created_at, expires_at, last_used_at, revoked_at"
    };
}
use columns;

#[derive(Debug, FromRow)]
struct TokenColumns {
    id: Uuid,
    name: String,
    scope: String,
    workflows: Option<String>,
    digest: Vec<u8>,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl TokenColumns {
    fn into_known(self) -> Result<(TokenDigest, TokenRow), StoreError> {
        let digest = TokenDigest::from_bytes(&self.digest)?;
        let row = TokenRow {
            id: TokenId::from_uuid(self.id),
            name: self.name,
            scope: self.scope.parse().map_err(|_| StoreError::Corrupt { what: "token scope" })?,
            workflows: json::from_text_option("token workflows", self.workflows.as_deref())?,
            created_at: Timestamp::from_micros(self.created_at),
            expires_at: self.expires_at.map(Timestamp::from_micros),
            last_used_at: self.last_used_at.map(Timestamp::from_micros),
            revoked_at: self.revoked_at.map(Timestamp::from_micros),
        };
        Ok((digest, row))
    }

    fn into_row(self) -> Result<TokenRow, StoreError> {
        self.into_known().map(|(_, row)| row)
    }
}
