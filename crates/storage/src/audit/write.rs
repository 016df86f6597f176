//! Writing the log.

use bellhop_workflow::ids::TokenId;

use super::NewAudit;
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::json;
use crate::store::Store;
use crate::text::{key, storable_option};
use crate::transaction::{self, Open, Tx};

const WRITE: &str = "
    INSERT INTO audit (id, at, actor, token_id, action, object_kind, object_name, before, after, address)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

impl Tx {
    /// Writes the change down, together with the change itself.
    pub async fn audit(&mut self, entry: &NewAudit) -> Result<(), StoreError> {
        write(&mut self.open, entry).await
    }
}

impl Store {
    /// Writes down a change that has been made: for what is no transaction of its own.
    pub async fn audit(&self, entry: &NewAudit) -> Result<(), StoreError> {
        let mut open = transaction::begin(&self.pools().write).await?;
        write(&mut open, entry).await?;
        transaction::commit(open).await
    }
}

async fn write(open: &mut Open, entry: &NewAudit) -> Result<(), StoreError> {
    let before = json::to_text_option(entry.before.as_ref())?;
    let after = json::to_text_option(entry.after.as_ref())?;
    on_either!(open, |transaction| {
        sqlx::query(WRITE)
            .bind(entry.id.as_uuid())
            .bind(entry.at.as_micros())
            .bind(key(entry.author.name()))
            .bind(entry.author.token().map(TokenId::as_uuid))
            .bind(entry.action.as_str())
            .bind(entry.subject.kind())
            .bind(key(&entry.subject.name().unwrap_or_default()))
            .bind(before)
            .bind(after)
            .bind(storable_option(entry.author.address.as_deref()))
            .execute(&mut **transaction)
            .await?;
    });
    Ok(())
}
