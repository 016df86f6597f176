//! Hands stored credentials to the steps that own them.

use bellhop_steps::CredentialSource;
use bellhop_storage::CredentialStore;
use bellhop_vault::Credential;
use bellhop_workflow::ids::CredentialName;
use futures::FutureExt as _;
use futures::future::BoxFuture;

/// The stored credentials, as steps ask for them.
pub struct StoredCredentials(pub CredentialStore);

impl CredentialSource for StoredCredentials {
    fn resolve<'a>(&'a self, name: &'a CredentialName) -> BoxFuture<'a, Result<Credential, String>> {
        async move { self.0.resolve(name).await.map_err(|error| error.to_string()) }.boxed()
    }
}
