//! Hands stored credentials to the steps that own them.

use std::time::Duration;

use bellhop_steps::CredentialSource;
use bellhop_storage::{CredentialStore, ResolveError, StoreError};
use bellhop_vault::Credential;
use bellhop_workflow::ids::CredentialName;
use futures::FutureExt as _;
use futures::future::BoxFuture;

/// How long to wait before the database is asked again.
const PAUSE: Duration = Duration::from_millis(200);

/// The stored credentials, as steps ask for them.
pub struct StoredCredentials(pub CredentialStore);

impl CredentialSource for StoredCredentials {
    /// Asks until the database answers: that it is away for a moment says nothing about the credential, and must not
    /// fail the step for good. The attempt's own time-out ends it.
    fn resolve<'a>(&'a self, name: &'a CredentialName) -> BoxFuture<'a, Result<Credential, String>> {
        async move {
            loop {
                match self.0.resolve(name).await {
                    Err(
                        error @ ResolveError::Store(StoreError::Database(_) | StoreError::Unavailable(_)),
                    ) => {
                        tracing::error!(
                            credential = %name,
                            error = &error as &dyn std::error::Error,
                            "credential not read, will try again"
                        );
                        tokio::time::sleep(PAUSE).await;
                    }
                    resolved => return resolved.map_err(|error| error.to_string()),
                }
            }
        }
        .boxed()
    }
}
