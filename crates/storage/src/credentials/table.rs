//! The table: names, kinds and sealed bytes.

use bellhop_vault::{CredentialKind, Sealed};
use bellhop_workflow::ids::CredentialName;
use bellhop_workflow::time::Timestamp;
use sqlx::FromRow;

use crate::dialect::on_either;
use crate::error::StoreError;
use crate::json;
use crate::store::Store;
use crate::transaction::Tx;

/// A credential as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialRow {
    /// Its name.
    pub name: CredentialName,
    /// What it is for.
    pub kind: CredentialKind,
    /// The names of its fields.
    pub fields: Vec<String>,
    /// Its values.
    pub sealed: Sealed,
    /// When it was first put there.
    pub created_at: Timestamp,
    /// When it was last put there.
    pub updated_at: Timestamp,
}

const BY_NAME: &str =
    "SELECT name, kind, fields, sealed, created_at, updated_at FROM credentials WHERE name = $1";

const ALL: &str = "SELECT name, kind, fields, sealed, created_at, updated_at FROM credentials ORDER BY name";

const PUT: &str = "
    INSERT INTO credentials (name, kind, fields, sealed, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (name) DO UPDATE SET
        kind = excluded.kind, fields = excluded.fields, sealed = excluded.sealed, updated_at = excluded.updated_at
    RETURNING created_at";

const DELETE: &str = "DELETE FROM credentials WHERE name = $1";

#[derive(Debug, FromRow)]
struct CredentialColumns {
    name: String,
    kind: String,
    fields: String,
    sealed: Vec<u8>,
    created_at: i64,
    updated_at: i64,
}

impl TryFrom<CredentialColumns> for CredentialRow {
    type Error = StoreError;

    fn try_from(columns: CredentialColumns) -> Result<Self, StoreError> {
        Ok(Self {
            name: CredentialName::new(columns.name),
            kind: columns.kind.parse().map_err(|_| StoreError::Corrupt { what: "credential kind" })?,
            fields: json::from_text("credential fields", &columns.fields)?,
            sealed: Sealed::from_bytes(columns.sealed),
            created_at: Timestamp::from_micros(columns.created_at),
            updated_at: Timestamp::from_micros(columns.updated_at),
        })
    }
}

impl Store {
    /// The credential of that name.
    pub async fn credential(&self, name: &CredentialName) -> Result<Option<CredentialRow>, StoreError> {
        let columns: Option<CredentialColumns> = on_either!(&self.pools().read, |pool| {
            sqlx::query_as(BY_NAME).bind(name.as_str()).fetch_optional(pool).await?
        });
        columns.map(CredentialRow::try_from).transpose()
    }

    /// All credentials by name: there are as many as services.
    pub async fn credentials(&self) -> Result<Vec<CredentialRow>, StoreError> {
        let columns: Vec<CredentialColumns> =
            on_either!(&self.pools().read, |pool| sqlx::query_as(ALL).fetch_all(pool).await?);
        columns.into_iter().map(CredentialRow::try_from).collect()
    }
}

impl Tx {
    /// The credential of that name.
    pub async fn credential(&mut self, name: &CredentialName) -> Result<Option<CredentialRow>, StoreError> {
        let columns: Option<CredentialColumns> = on_either!(&mut self.open, |transaction| {
            sqlx::query_as(BY_NAME).bind(name.as_str()).fetch_optional(&mut **transaction).await?
        });
        columns.map(CredentialRow::try_from).transpose()
    }

    /// Writes a credential, a new one or over the one of the same name, and says when the name was first used.
    pub async fn put_credential(&mut self, row: &CredentialRow) -> Result<Timestamp, StoreError> {
        let fields = json::to_text(&row.fields)?;
        let created_at: i64 = on_either!(&mut self.open, |transaction| {
            sqlx::query_scalar(PUT)
                .bind(row.name.as_str())
                .bind(row.kind.as_str())
                .bind(fields)
                .bind(row.sealed.as_bytes())
                .bind(row.created_at.as_micros())
                .bind(row.updated_at.as_micros())
                .fetch_one(&mut **transaction)
                .await?
        });
        Ok(Timestamp::from_micros(created_at))
    }

    /// Deletes a credential; false where there is none of that name.
    pub async fn delete_credential(&mut self, name: &CredentialName) -> Result<bool, StoreError> {
        let deleted = on_either!(&mut self.open, |transaction| {
            sqlx::query(DELETE).bind(name.as_str()).execute(&mut **transaction).await?.rows_affected()
        });
        Ok(deleted > 0)
    }
}
