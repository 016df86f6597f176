//! One subscription for several triggers: `sharing: workspace`.
//!
//! Every trigger that shares has a registration of its own, and all of them say the same of the vendor. The subscription
//! delivers the union of their events; whose a delivery is, is found out as it comes in. The first makes it, who comes
//! later joins it, and the last takes it down.
//!
//! Whoever makes, changes or leaves one holds its lock until what came of that is written down. It is taken after the
//! workflow's, never before.

use std::collections::BTreeSet;
use std::sync::Arc;

use bellhop_storage::RegistrationRow;
use bellhop_vault::Sealed;
use bellhop_workflow::ids::CredentialName;
use bellhop_workflow::model::EventPair;
use tokio::sync::OwnedMutexGuard;

use super::context::Context;
use super::hold::Hold;
use super::reconcile::MISSING;
use super::transition::{Given, SharedPlace};
use super::vendor::NotMade;
use super::{LifecycleError, transition};
use crate::hooks::key_context;
use crate::vendor::{Account, NewSubscription, Site, SubscriptionChange, Told};

/// Nobody else works on a credential's shared subscription while it lives.
pub(super) struct AloneWithShare {
    _hold: Hold,
    _lock: OwnedMutexGuard<()>,
}

impl Context {
    /// Waits until nobody else works on the subscription that is shared with that credential.
    pub(super) async fn share_locked(
        &self,
        credential: &CredentialName,
    ) -> Result<AloneWithShare, LifecycleError> {
        // One lock for all of them: whoever has it makes a call or two.
        let lock = Arc::clone(&self.sharing).lock_owned().await;
        let hold = self.held(&format!("share:{credential}")).await?;
        Ok(AloneWithShare { _hold: hold, _lock: lock })
    }

    /// The same for a registration, where it shares.
    pub(super) async fn share_locked_for(
        &self,
        row: &RegistrationRow,
    ) -> Result<Option<AloneWithShare>, LifecycleError> {
        match (&row.shared_hook, &row.credential) {
            (Some(_), Some(credential)) => self.share_locked(credential).await.map(Some),
            _ => Ok(None),
        }
    }

    /// The other registrations that use a subscription of the same credential, or are about to.
    pub(super) async fn sharers(
        &self,
        row: &RegistrationRow,
    ) -> Result<Vec<RegistrationRow>, LifecycleError> {
        let mut rows = self.parts.store.shared_registrations().await?;
        rows.retain(|other| other.id != row.id && other.credential == row.credential && other.is_on());
        Ok(rows)
    }

    /// Has the subscription that others share deliver to `row`, too; none where there is none. Under the share's lock.
    pub(super) async fn join(
        &self,
        account: &Account,
        row: &RegistrationRow,
        events: &[EventPair],
    ) -> Result<Option<Given>, NotMade> {
        let sharers = self.sharers(row).await?;
        let Some(host) =
            sharers.iter().find(|other| other.webhook_id.is_some() && other.signature_key.is_some())
        else {
            return Ok(None);
        };
        let Some(id) = &host.webhook_id else { return Ok(None) };
        let url = self.hook_url(host.hook());
        let new = NewSubscription::new(url.clone(), &union(events, at_hook(&sharers, host)), None);
        let change = SubscriptionChange { events: Some(new.events.clone()), ..SubscriptionChange::default() };
        let error = |error| self.vendor_error(&row.trigger_id, "update", &error);
        let told = Told { change: &change, whole: &new, secret: None };
        let found = account.update(id, &told).await.map_err(error)?;
        if let Some(subscription) = found {
            let status = subscription.status.map(|status| status.as_str().to_owned());
            return Ok(Some(self.given_to(row, host, status)?));
        }
        // It is gone at the vendor. What is made in its place is everybody's.
        let mut host = host.clone();
        transition::readdress(&mut host, url.clone());
        let made = self.create(account, &new, &row.trigger_id).await?;
        let given = match self.given(account, &host, &made) {
            Ok(given) => given,
            Err(error) => return Err(NotMade { error, clean: self.sweep(account, &[&url]).await.is_ok() }),
        };
        host.webhook_id = Some(given.webhook_id);
        host.signature_key = Some(given.key.into_bytes());
        // To the others it was missing, and they have to have fetched what was not delivered meanwhile.
        host.vendor_status = Some(MISSING.to_owned());
        self.tell_sharers(&host, &sharers).await?;
        // Of all that they are told, their hooks know the key alone.
        let workflows: BTreeSet<_> = at_hook(&sharers, &host).map(|other| other.workflow_id).collect();
        for workflow in workflows {
            self.refresh_or_close(workflow).await;
        }
        Ok(Some(self.given_to(row, &host, given.status)?))
    }

    /// Leaves a subscription to those that share it; false where nobody does. Under the share's lock.
    pub(super) async fn leave(&self, row: &RegistrationRow) -> Result<bool, LifecycleError> {
        let sharers = self.sharers(row).await?;
        let Some(host) =
            sharers.iter().find(|other| other.webhook_id.is_some() && other.hook() == row.hook())
        else {
            return Ok(false);
        };
        if let (Some(site), Some(id), Some(url)) = (Site::of(host), &host.webhook_id, &host.url) {
            let rest = NewSubscription::new(url.clone(), &union(&[], at_hook(&sharers, host)), None);
            let change =
                SubscriptionChange { events: Some(rest.events.clone()), ..SubscriptionChange::default() };
            let answer = match self.account(&site).await {
                Ok(account) => {
                    let told = Told { change: &change, whole: &rest, secret: None };
                    let answer = account.update(id, &told).await;
                    answer.map_err(|error| self.failed_to("update", "webhook", &error))
                }
                Err(error) => Err(error.to_string()),
            };
            if let Err(error) = answer {
                // What comes of them is for nobody any more, and the reconciler tries again.
                tracing::warn!(
                    webhook_id = id,
                    error,
                    "a shared subscription still has events that nobody wants"
                );
            }
        }
        Ok(true)
    }

    /// The events that the subscription of `row` delivers, where its own are `events`.
    pub(super) fn shared_events(
        row: &RegistrationRow,
        events: &[EventPair],
        shared: &[RegistrationRow],
    ) -> Vec<EventPair> {
        union(events, at_hook(shared, row).filter(|other| other.id != row.id && other.is_on()))
    }

    /// Writes down for all others that share with `host` what is known of the subscription now.
    pub(super) async fn tell_sharers(
        &self,
        host: &RegistrationRow,
        sharers: &[RegistrationRow],
    ) -> Result<(), LifecycleError> {
        if sharers.is_empty() {
            return Ok(());
        }
        let mut tx = self.parts.store.begin().await?;
        for other in at_hook(sharers, host) {
            let key = host.signature_key.as_ref().map(|_| self.sealed_for(other, host)).transpose()?;
            tx.save_shared(&RegistrationRow {
                webhook_id: host.webhook_id.clone(),
                signature_key: key.map(Sealed::into_bytes),
                url: host.url.clone(),
                former_urls: host.former_urls.clone(),
                vendor_status: host.vendor_status.clone(),
                ..other.clone()
            })
            .await?;
        }
        Ok(tx.commit().await?)
    }

    fn given_to(
        &self,
        row: &RegistrationRow,
        host: &RegistrationRow,
        status: Option<String>,
    ) -> Result<Given, LifecycleError> {
        Ok(Given {
            webhook_id: host.webhook_id.clone().unwrap_or_default(),
            key: self.sealed_for(row, host)?,
            status,
            place: Some(SharedPlace {
                hook: host.hook().clone(),
                url: host.url.clone(),
                former_urls: host.former_urls.clone(),
            }),
        })
    }

    /// The key of `host`, sealed for `row`: moved as it is, it would not open.
    fn sealed_for(&self, row: &RegistrationRow, host: &RegistrationRow) -> Result<Sealed, LifecycleError> {
        let sealed = Sealed::from_bytes(host.signature_key.clone().unwrap_or_default());
        let opened = self.parts.key.open(&key_context(host), &sealed)?;
        Ok(self.parts.key.seal(&key_context(row), &opened)?)
    }
}

fn at_hook<'a>(
    rows: &'a [RegistrationRow],
    host: &'a RegistrationRow,
) -> impl Iterator<Item = &'a RegistrationRow> {
    rows.iter().filter(|row| row.hook() == host.hook())
}

/// Each event once.
fn union<'a>(events: &[EventPair], others: impl Iterator<Item = &'a RegistrationRow>) -> Vec<EventPair> {
    let mut all = events.to_vec();
    for pair in others.flat_map(|other| &other.events) {
        if !all.contains(pair) {
            all.push(pair.clone());
        }
    }
    all
}
