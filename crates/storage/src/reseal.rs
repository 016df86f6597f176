//! Sealing everything anew, after the master key was changed.
//!
//! Each value says which key it was sealed with, and a server that knows both keys opens either. So it is done in small
//! transactions, in any order, and can be broken off and begun anew at any time. Each write expects the value that was
//! read: one that somebody has put there meanwhile is left alone, as it is sealed with the new key already.
//!
//! # Adding a sealed column
//! A function here, and a line in [`Store::reseal`].

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bellhop_vault::{MasterKey, ResealError, Sealed};
use bellhop_workflow::ids::{CredentialName, ExecutionId, RegistrationId};
use uuid::Uuid;

use crate::credentials::context as credential_context;
use crate::dialect::on_either;
use crate::error::StoreError;
use crate::executions::seal_context;
use crate::journal;
use crate::registrations::signature_key_context;
use crate::store::Store;
use crate::transaction;

/// How many rows are read at a time.
const LOOK: i64 = 200;

/// What was sealed anew.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Resealed {
    /// So many credentials.
    pub credentials: u64,
    /// So many signature keys of vendors' webhooks.
    pub signature_keys: u64,
    /// What is masked of so many executions.
    pub executions: u64,
    /// What is masked of the output of so many entries of journals.
    pub journals: u64,
}

/// Why not everything was sealed anew. What was is good; the rest is as before.
#[derive(Debug, thiserror::Error)]
pub enum ResealStoreError {
    /// Something does not open, or cannot be sealed.
    #[error("{what} cannot be sealed anew")]
    Value {
        /// What it is.
        what: String,
        /// Why.
        source: ResealError,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

const CREDENTIALS: &str = "SELECT name, sealed FROM credentials WHERE name > $1 ORDER BY name LIMIT $2";
const SET_CREDENTIAL: &str = "UPDATE credentials SET sealed = $1 WHERE name = $2 AND sealed = $3";

const SIGNATURE_KEYS: &str = "
    SELECT id, signature_key FROM registrations WHERE signature_key IS NOT NULL AND id > $1 ORDER BY id LIMIT $2";
const SET_SIGNATURE_KEY: &str =
    "UPDATE registrations SET signature_key = $1 WHERE id = $2 AND signature_key = $3";

const EXECUTIONS: &str =
    "SELECT id, sealed FROM executions WHERE sealed IS NOT NULL AND id > $1 ORDER BY id LIMIT $2";
const SET_EXECUTION: &str = "UPDATE executions SET sealed = $1 WHERE id = $2 AND sealed = $3";

// Read from end to end: what of a packed entry is sealed can only be seen in it.
const JOURNALS: &str = "
    SELECT execution_id, seq, records FROM journal
    WHERE (execution_id, seq) > ($1, $2) ORDER BY execution_id, seq LIMIT $3";
const SET_JOURNAL: &str =
    "UPDATE journal SET records = $1 WHERE execution_id = $2 AND seq = $3 AND records = $4";

/// Adds the functions for a table of ids with a sealed column.
macro_rules! by_id {
    ($name:ident, $rows:expr, $set:expr, $what:literal, $context:ident) => {
        async fn $name(store: &Store, key: &MasterKey) -> Result<u64, ResealStoreError> {
            let (mut last, mut done) = (Uuid::nil(), 0);
            loop {
                let rows: Vec<(Uuid, Vec<u8>)> = on_either!(&store.pools().read, |pool| {
                    sqlx::query_as($rows)
                        .bind(last)
                        .bind(LOOK)
                        .fetch_all(pool)
                        .await
                        .map_err(StoreError::from)?
                });
                let Some((id, _)) = rows.last() else { return Ok(done) };
                last = *id;
                let mut open = transaction::begin(&store.pools().write).await?;
                for (id, sealed) in rows {
                    let what = || format!(concat!($what, " {}"), id);
                    let Some(anew) = anew(key, &$context(id), &sealed, what)? else { continue };
                    done += on_either!(&mut open, |transaction| {
                        sqlx::query($set)
                            .bind(anew.as_bytes())
                            .bind(id)
                            .bind(sealed)
                            .execute(&mut **transaction)
                            .await
                            .map_err(StoreError::from)?
                            .rows_affected()
                    });
                }
                transaction::commit(open).await?;
            }
        }
    };
}

by_id!(
    signature_keys,
    SIGNATURE_KEYS,
    SET_SIGNATURE_KEY,
    "the signature key of registration",
    registration_context
);
by_id!(executions, EXECUTIONS, SET_EXECUTION, "what is masked of execution", execution_context);

fn registration_context(id: Uuid) -> String {
    signature_key_context(RegistrationId::from_uuid(id))
}

fn execution_context(id: Uuid) -> String {
    seal_context(ExecutionId::from_uuid(id))
}

impl Store {
    /// Seals everything with `key` that the key before it has sealed.
    pub async fn reseal(&self, key: &MasterKey) -> Result<Resealed, ResealStoreError> {
        Ok(Resealed {
            credentials: credentials(self, key).await?,
            signature_keys: signature_keys(self, key).await?,
            executions: executions(self, key).await?,
            journals: journals(self, key).await?,
        })
    }
}

/// The value as the new key seals it; none where that has sealed it.
fn anew(
    key: &MasterKey,
    context: &str,
    sealed: &[u8],
    what: impl FnOnce() -> String,
) -> Result<Option<Sealed>, ResealStoreError> {
    key.reseal(context, &Sealed::from_bytes(sealed.to_vec()))
        .map_err(|source| ResealStoreError::Value { what: what(), source })
}

async fn credentials(store: &Store, key: &MasterKey) -> Result<u64, ResealStoreError> {
    let (mut last, mut done) = (String::new(), 0);
    loop {
        let rows: Vec<(String, Vec<u8>)> = on_either!(&store.pools().read, |pool| {
            sqlx::query_as(CREDENTIALS)
                .bind(&last)
                .bind(LOOK)
                .fetch_all(pool)
                .await
                .map_err(StoreError::from)?
        });
        let Some((name, _)) = rows.last() else { return Ok(done) };
        last.clone_from(name);
        let mut open = transaction::begin(&store.pools().write).await?;
        for (name, sealed) in rows {
            let context = credential_context(&CredentialName::new(&name));
            let what = || format!("the credential `{name}`");
            let Some(anew) = anew(key, &context, &sealed, what)? else { continue };
            done += on_either!(&mut open, |transaction| {
                sqlx::query(SET_CREDENTIAL)
                    .bind(anew.as_bytes())
                    .bind(&name)
                    .bind(sealed)
                    .execute(&mut **transaction)
                    .await
                    .map_err(StoreError::from)?
                    .rows_affected()
            });
        }
        transaction::commit(open).await?;
    }
}

async fn journals(store: &Store, key: &MasterKey) -> Result<u64, ResealStoreError> {
    let (mut last, mut done) = ((Uuid::nil(), 0), 0);
    loop {
        let rows: Vec<(Uuid, i64, Vec<u8>)> = on_either!(&store.pools().read, |pool| {
            sqlx::query_as(JOURNALS)
                .bind(last.0)
                .bind(last.1)
                .bind(LOOK)
                .fetch_all(pool)
                .await
                .map_err(StoreError::from)?
        });
        let Some((execution, seq, _)) = rows.last() else { return Ok(done) };
        last = (*execution, *seq);
        let mut open = transaction::begin(&store.pools().write).await?;
        for (execution, seq, stored) in rows {
            let Some(anew) = journal_anew(key, ExecutionId::from_uuid(execution), &stored)? else { continue };
            done += on_either!(&mut open, |transaction| {
                sqlx::query(SET_JOURNAL)
                    .bind(anew)
                    .bind(execution)
                    .bind(seq)
                    .bind(stored)
                    .execute(&mut **transaction)
                    .await
                    .map_err(StoreError::from)?
                    .rows_affected()
            });
        }
        transaction::commit(open).await?;
    }
}

/// An entry of a journal with what is sealed in it sealed anew; none where the new key has sealed all of it.
fn journal_anew(
    key: &MasterKey,
    execution: ExecutionId,
    stored: &[u8],
) -> Result<Option<Vec<u8>>, ResealStoreError> {
    let mut records = journal::from_stored(stored.to_vec())?;
    let mut changed = false;
    for record in &mut records {
        let Some(sealed) = &record.sealed else { continue };
        let sealed = STANDARD.decode(sealed).map_err(|_| StoreError::Corrupt { what: "journal" })?;
        let what = || format!("the output of step `{}` of execution {execution}", record.path);
        if let Some(anew) = anew(key, &seal_context(execution), &sealed, what)? {
            record.sealed = Some(STANDARD.encode(anew.as_bytes()));
            changed = true;
        }
    }
    Ok(if changed { Some(journal::to_stored(&records)?) } else { None })
}
