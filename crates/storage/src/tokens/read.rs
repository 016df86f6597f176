//! Reading tokens.

use bellhop_workflow::ids::TokenId;
use uuid::Uuid;

use super::{TokenColumns, TokenDigest, TokenRow, columns};
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::rows;
use crate::store::Store;

const LIST: &str = concat!("SELECT ", columns!(), " FROM tokens WHERE id < $1 ORDER BY id DESC LIMIT $2");

const LIVE: &str = concat!("SELECT ", columns!(), " FROM tokens WHERE revoked_at IS NULL");

const BY_DIGEST: &str =
    concat!("SELECT ", columns!(), " FROM tokens WHERE digest = $1 AND revoked_at IS NULL");

const BY_ID: &str = concat!("SELECT ", columns!(), " FROM tokens WHERE id = $1");

impl Store {
    /// Tokens, those that are revoked too, newest first, what is older than `after`.
    pub async fn tokens(&self, after: Option<TokenId>, limit: u32) -> Result<Vec<TokenRow>, StoreError> {
        let after = after.map_or(Uuid::max(), TokenId::as_uuid);
        let columns: Vec<TokenColumns> = on_either!(&self.pools().read, |pool| {
            sqlx::query_as(LIST).bind(after).bind(rows::page(limit)).fetch_all(pool).await?
        });
        columns.into_iter().map(TokenColumns::into_row).collect()
    }

    /// One token, revoked or not.
    pub async fn token(&self, id: TokenId) -> Result<Option<TokenRow>, StoreError> {
        let columns: Option<TokenColumns> = on_either!(&self.pools().read, |pool| {
            sqlx::query_as(BY_ID).bind(id.as_uuid()).fetch_optional(pool).await?
        });
        columns.map(TokenColumns::into_row).transpose()
    }

    /// All tokens that are not revoked, with what they are recognised by. Some may have expired.
    pub async fn live_tokens(&self) -> Result<Vec<(TokenDigest, TokenRow)>, StoreError> {
        let columns: Vec<TokenColumns> =
            on_either!(&self.pools().read, |pool| sqlx::query_as(LIVE).fetch_all(pool).await?);
        columns.into_iter().map(TokenColumns::into_known).collect()
    }

    /// The token that is recognised by that, unless it is revoked.
    pub async fn live_token(&self, digest: &TokenDigest) -> Result<Option<TokenRow>, StoreError> {
        let columns: Option<TokenColumns> = on_either!(&self.pools().read, |pool| {
            sqlx::query_as(BY_DIGEST).bind(&digest.as_bytes()[..]).fetch_optional(pool).await?
        });
        columns.map(TokenColumns::into_row).transpose()
    }
}
