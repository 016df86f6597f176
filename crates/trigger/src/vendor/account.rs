//! A vendor that can be spoken to.

use bellhop_vault::Secret;

use super::declared::DeclaredAccount;
use super::{NewSubscription, Subscription, SubscriptionChange, VendorError};
use crate::close::CloseApi;
use crate::manifest::{self, Manifest, SecretBy};

/// A vendor with what it is spoken to with.
pub(crate) enum Account {
    /// Close, with an API key.
    Close { api: CloseApi, key: Secret },
    /// A vendor that is described as data.
    Declared(DeclaredAccount),
}

/// What a vendor is told of a subscription that it has.
#[derive(Debug, Clone)]
pub(crate) struct Told<'a> {
    /// What is to be different.
    pub(crate) change: &'a SubscriptionChange,
    /// All that is to be there in the end: some vendors take it as a whole.
    pub(crate) whole: &'a NewSubscription,
    /// The secret that it is signed with, which some vendors forget where they are not told.
    pub(crate) secret: Option<&'a Secret>,
}

impl Account {
    /// What is known of the vendor.
    pub(crate) fn manifest(&self) -> &'static Manifest {
        match self {
            Self::Close { .. } => manifest::close(),
            Self::Declared(account) => account.manifest,
        }
    }

    /// What a reader calls the vendor.
    pub(crate) fn label(&self) -> &'static str {
        &self.manifest().label
    }

    /// Whether the secret is ours to make.
    pub(crate) fn wants_secret(&self) -> bool {
        let registration = self.manifest().registration.as_ref();
        registration.is_some_and(|registration| registration.secret == SecretBy::Us)
    }

    /// Makes a subscription; `secret` is ours, where the vendor wants one. The answer has the secret, whoever made it. After
    /// any error but a refusal it is not known whether it was made ([`VendorError::is_answer_lost`]).
    pub(crate) async fn create(
        &self,
        new: &NewSubscription,
        secret: Option<&Secret>,
    ) -> Result<Subscription, VendorError> {
        match self {
            Self::Close { api, key } => api.create(key, new).await,
            Self::Declared(account) => account.create(new, secret).await,
        }
    }

    /// All subscriptions that are shown.
    pub(crate) async fn list(&self) -> Result<Vec<Subscription>, VendorError> {
        match self {
            Self::Close { api, key } => api.list(key).await,
            Self::Declared(account) => account.list().await,
        }
    }

    /// Changes one; none where the vendor has no such.
    pub(crate) async fn update(
        &self,
        id: &str,
        told: &Told<'_>,
    ) -> Result<Option<Subscription>, VendorError> {
        match self {
            Self::Close { api, key } => api.update(key, id, told.change).await,
            Self::Declared(account) => account.update(id, told).await,
        }
    }

    /// Deletes one; fine where there is none any more.
    pub(crate) async fn delete(&self, id: &str) -> Result<(), VendorError> {
        match self {
            Self::Close { api, key } => api.delete(key, id).await,
            Self::Declared(account) => account.delete(id).await,
        }
    }
}
