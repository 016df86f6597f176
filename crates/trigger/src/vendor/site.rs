//! Where subscriptions are.

use std::collections::BTreeMap;

use bellhop_storage::RegistrationRow;
use bellhop_workflow::ids::CredentialName;

use crate::catalogue::CLOSE;
use crate::manifest::manifest;

/// A list of subscriptions at a vendor: all that is there is shown and changed with the same credential.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Site {
    /// The vendor.
    pub(crate) provider: String,
    /// What it is spoken to with.
    pub(crate) credential: CredentialName,
    /// What else it has to be told to find them.
    pub(crate) parameters: BTreeMap<String, String>,
}

impl Site {
    /// What an API key of Close shows.
    pub(crate) fn close(credential: CredentialName) -> Self {
        Self { provider: CLOSE.to_owned(), credential, parameters: BTreeMap::new() }
    }

    /// Where a registration is; none where it is at no vendor.
    pub(crate) fn of(row: &RegistrationRow) -> Option<Self> {
        row.credential.as_ref().map(|credential| Self {
            provider: row.provider.clone(),
            credential: credential.clone(),
            parameters: row.parameters.clone(),
        })
    }

    /// What a reader calls the vendor.
    pub(crate) fn label(&self) -> &str {
        label_of(&self.provider)
    }
}

/// What a reader calls a vendor.
pub(crate) fn label_of(provider: &str) -> &str {
    manifest(provider).map_or(provider, |manifest| manifest.label.as_str())
}
