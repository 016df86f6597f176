//! `bellhop vault rotate`: another master key, and everything sealed anew with it.
//!
//! A crash at any point leaves a database that opens. With a key of the server's own, in the data directory:
//! 1. What a rotation before this one has not finished is finished.
//! 2. The present key is copied to `master-key.previous`. Both files have the same key.
//! 3. A new key takes the place of `master-key`. From here on a server starts with both, and seals with the new one.
//! 4. Everything is sealed anew, a part at a time.
//!
//! With a key of the settings', steps 2 and 3 are theirs: `master_key` is the new key already, `master_key_previous` the
//! old one.

use std::path::PathBuf;

use bellhop_storage::{
    Action, Author, Dialect, NewAudit, ResealStoreError, Resealed, Store, StoreError, Subject,
};
use bellhop_vault::{MasterKey, Redactor};
use bellhop_workflow::ids::AuditId;
use bellhop_workflow::time::Timestamp;
use serde_json::json;

use super::files::{self, KEY_FILE, PREVIOUS_KEY_FILE};
use super::keys::{is_own, master_key};
use super::{StartError, database};
use crate::config::Settings;

/// What a rotation has done.
#[derive(Debug)]
pub struct Rotated {
    /// What was sealed anew.
    pub resealed: Resealed,
    /// Which key everything is sealed with now, without saying anything of use about it.
    pub key: String,
    /// The file that the key before is left in; none where that is the settings'.
    pub previous: Option<PathBuf>,
}

/// Why there was no rotation, or none to its end.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// What a start needs is not there either.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Another key is the settings' to name.
    #[error("`master_key` is not the server's own to change: the settings name it")]
    NoPrevious,
    /// Other nodes would go on with the old key.
    #[error("the other nodes of a PostgreSQL database have to know the new key first")]
    OfOneNode,
    /// Not everything was sealed anew.
    #[error(transparent)]
    Reseal(#[from] ResealStoreError),
    /// It was done, and could not be written into the audit log.
    #[error("the key is changed, and that is not in the audit log: {0}")]
    Audit(#[from] StoreError),
}

impl RotateError {
    /// What to do about it.
    #[must_use]
    pub const fn help(&self) -> Option<&'static str> {
        match self {
            Self::NoPrevious => Some(
                "set `master_key` to the new key and `master_key_previous` to the old one, then run this again",
            ),
            Self::OfOneNode => Some(
                "give every node `master_key_previous` with the new key, then `master_key` with the new key and \
                 `master_key_previous` with the old one, then run this with the same settings",
            ),
            Self::Reseal(ResealStoreError::Value { .. }) => Some(
                "what was sealed anew is good; with the key that this one needs as `master_key_previous`, run this again",
            ),
            Self::Start(_) | Self::Reseal(ResealStoreError::Store(_)) | Self::Audit(_) => None,
        }
    }
}

/// Changes the key of the server that has these settings. That server must not be running, where its database is a file.
/// Once it is done, the audit log says so, as of `now`.
pub async fn rotate(settings: &Settings, now: Timestamp) -> Result<Rotated, RotateError> {
    files::create_data_dir(&settings.data_dir).map_err(StartError::from)?;
    let (store, _lock) = database::open_for_maintenance(settings).await?;
    let rotated = rotate_in(settings, &store).await;
    let noted = match &rotated {
        Ok(rotated) => note(&store, rotated, now).await,
        Err(_) => Ok(()),
    };
    store.close().await;
    noted?;
    rotated
}

async fn note(store: &Store, rotated: &Rotated, at: Timestamp) -> Result<(), StoreError> {
    let entry = NewAudit {
        id: AuditId::generate(at),
        author: Author::cli(),
        action: Action::Rotate,
        subject: Subject::Vault,
        before: None,
        after: Some(json!({ "key": rotated.key })),
        at,
    };
    store.audit(&entry).await
}

async fn rotate_in(settings: &Settings, store: &Store) -> Result<Rotated, RotateError> {
    let redactor = Redactor::default();
    let present = master_key(settings, &redactor)?;
    if !is_own(settings) {
        if settings.master_key_previous.is_none() && settings.master_key_previous_file.is_none() {
            return Err(RotateError::NoPrevious);
        }
        let resealed = store.reseal(&present).await?;
        return Ok(Rotated { resealed, key: present.id().to_string(), previous: None });
    }
    if store.dialect() == Dialect::Postgres {
        return Err(RotateError::OfOneNode);
    }
    store.reseal(&present).await?;
    let previous = settings.data_dir.join(PREVIOUS_KEY_FILE);
    files::replace(&previous, present.to_base64().expose()).map_err(StartError::from)?;
    let new = MasterKey::generate().map_err(StartError::from)?;
    files::replace(&settings.data_dir.join(KEY_FILE), new.to_base64().expose()).map_err(StartError::from)?;
    let key = new.with_previous(present);
    let resealed = store.reseal(&key).await?;
    Ok(Rotated { resealed, key: key.id().to_string(), previous: Some(previous) })
}
