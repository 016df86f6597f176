//! Sealing credentials on their way in, and opening them where they are used.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use bellhop_vault::{Credential, CredentialError, CredentialKind, MasterKey, OpenError, Redactor, SealError};
use bellhop_workflow::ids::{AuditId, CredentialName};
use bellhop_workflow::time::Timestamp;
use serde_json::json;

use super::CredentialRow;
use crate::audit::{Action, Author, NewAudit, Subject};
use crate::error::StoreError;
use crate::store::Store;

/// The credentials of a server: those in the database, and those that its environment gives it, which come first.
///
/// Every secret that goes through here is taught to the [`Redactor`].
#[derive(Clone)]
pub struct CredentialStore {
    store: Store,
    key: MasterKey,
    environment: Arc<BTreeMap<CredentialName, Credential>>,
    redactor: Redactor,
    author: Author,
}

/// What may be shown of a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialSummary {
    /// Its name.
    pub name: CredentialName,
    /// What it is for.
    pub kind: CredentialKind,
    /// The names of its fields.
    pub fields: Vec<String>,
    /// When it was first and last put there; none for one from the environment.
    pub stored: Option<(Timestamp, Timestamp)>,
}

/// Why a credential cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// There is none of that name.
    #[error("there is no credential called `{0}`")]
    Missing(CredentialName),
    /// It was sealed with another key, or altered.
    #[error("the credential `{name}` cannot be opened")]
    Sealed {
        /// Which.
        name: CredentialName,
        /// Why.
        source: OpenError,
    },
    /// What was sealed is not what its kind needs.
    #[error("the credential `{name}` cannot be read")]
    Fields {
        /// Which.
        name: CredentialName,
        /// Why.
        source: CredentialError,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a credential was not stored.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// It could not be sealed.
    #[error("the credential cannot be sealed")]
    Seal(#[from] SealError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CredentialStore {
    /// Those of `store`, sealed with `key`, and those of the environment.
    #[must_use]
    pub fn new(
        store: Store,
        key: MasterKey,
        environment: BTreeMap<CredentialName, Credential>,
        redactor: Redactor,
    ) -> Self {
        for credential in environment.values() {
            redactor.learn_credential(credential);
        }
        Self { store, key, environment: Arc::new(environment), redactor, author: Author::system() }
    }

    /// The same credentials, with what is changed through it written down as that one's doing.
    #[must_use]
    pub fn by(&self, author: Author) -> Self {
        Self { author, ..self.clone() }
    }

    /// Teaches the redactor every stored secret, so that none is written down before it is first used. One that cannot
    /// be opened is told of in the log: it cannot be used either.
    pub async fn warm(&self) -> Result<(), StoreError> {
        for row in self.store.credentials().await? {
            if let Err(error) = self.open(&row) {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(credential = %row.name, error, "a stored credential cannot be used");
            }
        }
        Ok(())
    }

    /// Whether what is stored can be opened. Where every credential is refused, they were sealed with another key; one
    /// alone may have been altered.
    pub async fn opens(&self) -> Result<bool, StoreError> {
        let rows = self.store.credentials().await?;
        let opens = |row: &CredentialRow| self.key.open(&context(&row.name), &row.sealed).is_ok();
        Ok(rows.is_empty() || rows.iter().any(opens))
    }

    /// The credential of that name, opened.
    pub async fn resolve(&self, name: &CredentialName) -> Result<Credential, ResolveError> {
        if let Some(credential) = self.environment.get(name) {
            return Ok(credential.clone());
        }
        let row = self.store.credential(name).await?;
        self.open(&row.ok_or_else(|| ResolveError::Missing(name.clone()))?)
    }

    /// Stores a credential, a new one or over the one of the same name. One of the same name in the environment stays
    /// the one that is used.
    pub async fn put(
        &self,
        name: &CredentialName,
        credential: &Credential,
        now: Timestamp,
    ) -> Result<CredentialSummary, PutError> {
        self.redactor.learn_credential(credential);
        let row = CredentialRow {
            name: name.clone(),
            kind: credential.kind(),
            fields: field_names(credential),
            sealed: self.key.seal(&context(name), &credential.to_json())?,
            created_at: now,
            updated_at: now,
        };
        let mut tx = self.store.begin().await?;
        let before = tx.credential(name).await?;
        let created_at = tx.put_credential(&row).await?;
        let action = if before.is_some() { Action::Update } else { Action::Create };
        tx.audit(&self.entry(action, name, before.as_ref(), Some(&row), now)).await?;
        tx.commit().await?;
        Ok(summary(CredentialRow { created_at, ..row }))
    }

    /// What may be shown of the credential of that name.
    pub async fn summary(&self, name: &CredentialName) -> Result<Option<CredentialSummary>, StoreError> {
        if let Some(credential) = self.environment.get(name) {
            return Ok(Some(from_environment(name, credential)));
        }
        Ok(self.store.credential(name).await?.map(summary))
    }

    /// What may be shown of all of them, by name.
    pub async fn list(&self) -> Result<Vec<CredentialSummary>, StoreError> {
        let mut all: BTreeMap<CredentialName, CredentialSummary> =
            self.store.credentials().await?.into_iter().map(|row| (row.name.clone(), summary(row))).collect();
        for (name, credential) in self.environment.iter() {
            all.insert(name.clone(), from_environment(name, credential));
        }
        Ok(all.into_values().collect())
    }

    /// Deletes a stored credential; false where none is stored under that name.
    pub async fn delete(&self, name: &CredentialName, now: Timestamp) -> Result<bool, StoreError> {
        let mut tx = self.store.begin().await?;
        let before = tx.credential(name).await?;
        let deleted = tx.delete_credential(name).await?;
        if deleted {
            tx.audit(&self.entry(Action::Delete, name, before.as_ref(), None, now)).await?;
        }
        tx.commit().await?;
        Ok(deleted)
    }

    /// The change for the audit log: kinds and names of fields, never values.
    fn entry(
        &self,
        action: Action,
        name: &CredentialName,
        before: Option<&CredentialRow>,
        after: Option<&CredentialRow>,
        at: Timestamp,
    ) -> NewAudit {
        let shown = |row: &CredentialRow| json!({ "kind": row.kind.as_str(), "fields": row.fields });
        NewAudit {
            id: AuditId::generate(at),
            author: self.author.clone(),
            action,
            subject: Subject::Credential(name.clone()),
            before: before.map(shown),
            after: after.map(shown),
            at,
        }
    }

    fn open(&self, row: &CredentialRow) -> Result<Credential, ResolveError> {
        let json = self
            .key
            .open(&context(&row.name), &row.sealed)
            .map_err(|source| ResolveError::Sealed { name: row.name.clone(), source })?;
        let credential = Credential::from_json(row.kind, &json)
            .map_err(|source| ResolveError::Fields { name: row.name.clone(), source })?;
        self.redactor.learn_credential(&credential);
        Ok(credential)
    }
}

impl fmt::Debug for CredentialStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialStore").field("key", &self.key).finish_non_exhaustive()
    }
}

/// What sealed bytes belong to: those of one credential do not open in the place of another.
pub(crate) fn context(name: &CredentialName) -> String {
    format!("credential:{name}")
}

/// The fields that it has: one that its kind can do without may not be there.
fn field_names(credential: &Credential) -> Vec<String> {
    credential.fields().map(|(field, _)| field.to_owned()).collect()
}

fn summary(row: CredentialRow) -> CredentialSummary {
    CredentialSummary {
        name: row.name,
        kind: row.kind,
        fields: row.fields,
        stored: Some((row.created_at, row.updated_at)),
    }
}

fn from_environment(name: &CredentialName, credential: &Credential) -> CredentialSummary {
    CredentialSummary {
        name: name.clone(),
        kind: credential.kind(),
        fields: field_names(credential),
        stored: None,
    }
}
