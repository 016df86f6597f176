//! Giving tokens out, revoking them, and noting when they are used.

use bellhop_workflow::ids::TokenId;
use bellhop_workflow::time::Timestamp;

use super::{NewToken, TokenColumns, TokenError, TokenRow, columns};
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::json;
use crate::store::Store;
use crate::transaction::{self, Tx};

/// A token that has expired lets go of its name.
const END_EXPIRED: &str = "
    UPDATE tokens SET revoked_at = expires_at
    WHERE name = $1 AND revoked_at IS NULL AND expires_at <= $2";

// A taken name is no error of the statement, which on PostgreSQL would spoil the whole transaction.
const CREATE: &str = "
    INSERT INTO tokens (id, name, scope, workflows, digest, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (name) WHERE revoked_at IS NULL DO NOTHING";

const REVOKE: &str =
    concat!("UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING ", columns!());

const USED: &str =
    "UPDATE tokens SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)";

impl Tx {
    /// Makes a token.
    pub async fn create_token(&mut self, new: &NewToken) -> Result<TokenRow, TokenError> {
        let workflows = json::to_text_option(new.workflows.as_ref())?;
        let created = on_either!(&mut self.open, |transaction| {
            sqlx::query(END_EXPIRED)
                .bind(new.name.as_str())
                .bind(new.created_at.as_micros())
                .execute(&mut **transaction)
                .await?;
            sqlx::query(CREATE)
                .bind(new.id.as_uuid())
                .bind(new.name.as_str())
                .bind(new.scope.as_str())
                .bind(workflows)
                .bind(&new.digest.as_bytes()[..])
                .bind(new.created_at.as_micros())
                .bind(new.expires_at.map(Timestamp::as_micros))
                .execute(&mut **transaction)
                .await?
                .rows_affected()
        });
        if created == 0 {
            return Err(TokenError::NameTaken);
        }
        Ok(TokenRow {
            id: new.id,
            name: new.name.clone(),
            scope: new.scope,
            workflows: new.workflows.clone(),
            created_at: new.created_at,
            expires_at: new.expires_at,
            last_used_at: None,
            revoked_at: None,
        })
    }

    /// Revokes a token; none where there is none of that id that is not revoked.
    pub async fn revoke_token(
        &mut self,
        id: TokenId,
        now: Timestamp,
    ) -> Result<Option<TokenRow>, StoreError> {
        let columns: Option<TokenColumns> = on_either!(&mut self.open, |transaction| {
            sqlx::query_as(REVOKE)
                .bind(id.as_uuid())
                .bind(now.as_micros())
                .fetch_optional(&mut **transaction)
                .await?
        });
        columns.map(TokenColumns::into_row).transpose()
    }
}

impl Store {
    /// Notes when each of these was last used, in one commit. A later use that is known already stays.
    pub async fn record_token_uses(&self, uses: &[(TokenId, Timestamp)]) -> Result<(), StoreError> {
        // In an order that all nodes agree on: two that wait for each other's rows would otherwise wait for ever.
        let mut uses = uses.to_vec();
        uses.sort_unstable();
        let mut open = transaction::begin(&self.pools().write).await?;
        for (id, at) in uses {
            on_either!(&mut open, |transaction| {
                sqlx::query(USED).bind(id.as_uuid()).bind(at.as_micros()).execute(&mut **transaction).await?;
            });
        }
        transaction::commit(open).await
    }
}
