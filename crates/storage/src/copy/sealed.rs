//! Whether a master key is the one that a database was sealed with.

use bellhop_vault::{Credential, CredentialKind, MasterKey, Sealed};
use bellhop_workflow::ids::{CredentialName, RegistrationId};
use uuid::Uuid;

use super::{Bare, CopyError};
use crate::credentials::context;
use crate::dialect::on_either;
use crate::registrations::signature_key_context;

const CREDENTIALS: &str = "SELECT name, kind, sealed FROM credentials ORDER BY name";
const SIGNATURE_KEYS: &str =
    "SELECT id, signature_key FROM registrations WHERE signature_key IS NOT NULL ORDER BY id";

/// What is sealed in a database, tried with a key.
#[derive(Debug, Default)]
pub struct SealedValues {
    /// The credentials that open.
    pub credentials: Vec<OpenedCredential>,
    /// How many signature keys open.
    pub signature_keys: usize,
    /// What does not: what it is, and why not.
    pub closed: Vec<String>,
}

/// A stored credential.
#[derive(Debug)]
pub struct OpenedCredential {
    /// Its name.
    pub name: CredentialName,
    /// What it holds.
    pub credential: Credential,
}

impl SealedValues {
    /// How many values open.
    #[must_use]
    pub const fn opened(&self) -> usize {
        self.credentials.len() + self.signature_keys
    }
}

impl Bare {
    /// Opens the credentials and signature keys with `key`, where they can be.
    pub async fn sealed_values(&mut self, key: &MasterKey) -> Result<SealedValues, CopyError> {
        let credentials: Vec<(String, String, Vec<u8>)> =
            on_either!(&mut self.line, |line| sqlx::query_as(CREDENTIALS).fetch_all(line).await?);
        let keys: Vec<(Uuid, Vec<u8>)> =
            on_either!(&mut self.line, |line| sqlx::query_as(SIGNATURE_KEYS).fetch_all(line).await?);
        let mut values = SealedValues::default();
        for (name, kind, sealed) in credentials {
            let name = CredentialName::new(name);
            match credential(&name, &kind, sealed, key) {
                Ok(credential) => values.credentials.push(OpenedCredential { name, credential }),
                Err(cause) => values.closed.push(format!("the credential `{name}`: {cause}")),
            }
        }
        for (id, sealed) in keys {
            let context = signature_key_context(RegistrationId::from_uuid(id));
            match key.open(&context, &Sealed::from_bytes(sealed)) {
                Ok(_) => values.signature_keys += 1,
                Err(cause) => values.closed.push(format!("the signature key of registration {id}: {cause}")),
            }
        }
        Ok(values)
    }
}

fn credential(
    name: &CredentialName,
    kind: &str,
    sealed: Vec<u8>,
    key: &MasterKey,
) -> Result<Credential, String> {
    let kind: CredentialKind = kind.parse().map_err(|_| format!("`{kind}` is no kind of credential"))?;
    let json = key.open(&context(name), &Sealed::from_bytes(sealed)).map_err(|error| error.to_string())?;
    Credential::from_json(kind, &json).map_err(|error| error.to_string())
}
