//! Browsers that somebody has opened with a token. Each ends with its token, and after its time.

use bellhop_workflow::time::Timestamp;
use sqlx::FromRow;

use crate::dialect::on_either;
use crate::error::StoreError;
use crate::store::Store;
use crate::tokens::TokenDigest;

/// A browser that somebody has opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// What it is recognised by: the digest of what it shows.
    pub digest: TokenDigest,
    /// What the token is recognised by that it was opened with.
    pub token: TokenDigest,
    /// When it was opened.
    pub created_at: Timestamp,
    /// From when on it is not taken any more.
    pub expires_at: Timestamp,
}

const OPEN: &str = "INSERT INTO sessions (digest, token, created_at, expires_at) VALUES ($1, $2, $3, $4)";

const BY_DIGEST: &str = "SELECT digest, token, created_at, expires_at FROM sessions WHERE digest = $1";

const ALL: &str = "SELECT digest, token, created_at, expires_at FROM sessions";

const END: &str = "DELETE FROM sessions WHERE digest = $1";

#[derive(Debug, FromRow)]
struct SessionColumns {
    digest: Vec<u8>,
    token: Vec<u8>,
    created_at: i64,
    expires_at: i64,
}

impl TryFrom<SessionColumns> for SessionRow {
    type Error = StoreError;

    fn try_from(columns: SessionColumns) -> Result<Self, StoreError> {
        Ok(Self {
            digest: TokenDigest::from_bytes(&columns.digest)?,
            token: TokenDigest::from_bytes(&columns.token)?,
            created_at: Timestamp::from_micros(columns.created_at),
            expires_at: Timestamp::from_micros(columns.expires_at),
        })
    }
}

impl Store {
    /// Opens a session.
    pub async fn open_session(&self, session: &SessionRow) -> Result<(), StoreError> {
        on_either!(&self.pools().write, |pool| {
            sqlx::query(OPEN)
                .bind(&session.digest.as_bytes()[..])
                .bind(&session.token.as_bytes()[..])
                .bind(session.created_at.as_micros())
                .bind(session.expires_at.as_micros())
                .execute(pool)
                .await?;
        });
        Ok(())
    }

    /// The session that is recognised by that. It may have expired, and its token may have ended.
    pub async fn session(&self, digest: &TokenDigest) -> Result<Option<SessionRow>, StoreError> {
        let columns: Option<SessionColumns> = on_either!(&self.pools().read, |pool| {
            sqlx::query_as(BY_DIGEST).bind(&digest.as_bytes()[..]).fetch_optional(pool).await?
        });
        columns.map(SessionRow::try_from).transpose()
    }

    /// All sessions that nobody has ended, expired ones too.
    pub async fn sessions(&self) -> Result<Vec<SessionRow>, StoreError> {
        let columns: Vec<SessionColumns> =
            on_either!(&self.pools().read, |pool| sqlx::query_as(ALL).fetch_all(pool).await?);
        columns.into_iter().map(SessionRow::try_from).collect()
    }

    /// Ends a session; nothing where it has ended before.
    pub async fn end_session(&self, digest: &TokenDigest) -> Result<(), StoreError> {
        on_either!(&self.pools().write, |pool| {
            sqlx::query(END).bind(&digest.as_bytes()[..]).execute(pool).await?;
        });
        Ok(())
    }
}
