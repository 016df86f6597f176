//! Asking the vendor what it has, once for each credential.

use std::collections::BTreeMap;
use std::time::Duration;

use bellhop_workflow::ids::CredentialName;

use super::plan::Listed;
use crate::close::CloseError;
use crate::lifecycle::context::Context;

/// What the vendor shows with each credential.
#[derive(Debug, Default)]
pub(super) struct Look {
    /// Everything that it shows, ours and others'.
    pub(super) listed: Vec<Listed>,
    /// How many it shows, or why it shows none.
    pub(super) answers: BTreeMap<CredentialName, Result<usize, NotListed>>,
}

/// The vendor shows nothing with a credential.
#[derive(Debug)]
pub(super) struct NotListed {
    /// What was attempted and the vendor's own words.
    pub(super) words: String,
    /// How long the vendor wants to be left alone.
    pub(super) retry_after: Option<Duration>,
}

impl Look {
    /// Whether the vendor has answered with it.
    pub(super) fn has(&self, credential: Option<&CredentialName>) -> bool {
        credential.is_some_and(|name| self.answers.get(name).is_some_and(Result::is_ok))
    }

    /// The credentials that the vendor has answered with.
    pub(super) fn answered(&self) -> Vec<CredentialName> {
        self.answers.iter().filter(|(_, answer)| answer.is_ok()).map(|(name, _)| name.clone()).collect()
    }
}

impl Context {
    /// Asks with each of these credentials.
    pub(super) async fn look(&self, credentials: &[CredentialName]) -> Look {
        let mut look = Look::default();
        for name in credentials {
            let answer = self.list(name, &mut look.listed).await;
            look.answers.insert(name.clone(), answer);
        }
        look
    }

    async fn list(&self, name: &CredentialName, listed: &mut Vec<Listed>) -> Result<usize, NotListed> {
        let key = self.close_key(name).await.map_err(|error| {
            let source = std::error::Error::source(&error).map(|source| format!(": {source}"));
            NotListed { words: format!("{error}{}", source.unwrap_or_default()), retry_after: None }
        })?;
        let found = self.parts.close.list(&key).await.map_err(|error| NotListed {
            words: self.failed_to("list", "webhooks", &error),
            retry_after: match error {
                CloseError::RateLimited { retry_after, .. } => retry_after,
                _ => None,
            },
        })?;
        let count = found.len();
        listed
            .extend(found.into_iter().map(|subscription| Listed { credential: name.clone(), subscription }));
        Ok(count)
    }
}
