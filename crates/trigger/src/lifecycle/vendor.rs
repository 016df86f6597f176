//! Calls to the vendor, and making sure of what is left there after one that failed.
//!
//! A subscription is ours where its URL is exactly one of our hooks'. No other is ever touched.

use bellhop_storage::RegistrationRow;
use bellhop_vault::{Sealed, Secret};
use bellhop_workflow::ids::TriggerId;

use super::LifecycleError;
use super::allowance::about_the_allowance;
use super::context::Context;
use super::transition::Given;
use super::wanted::{Source, Wanted};
use crate::hooks::key_context;
use crate::signature::SignatureKey;
use crate::vendor::{Account, NewSubscription, Site, Subscription, VendorError};

/// A registration was not made.
pub(super) struct NotMade {
    /// Why, for the user.
    pub(super) error: LifecycleError,
    /// Whether it is sure that nothing is left at the vendor.
    pub(super) clean: bool,
}

impl From<LifecycleError> for NotMade {
    /// For what goes wrong before the vendor is called.
    fn from(error: LifecycleError) -> Self {
        Self { error, clean: true }
    }
}

impl Context {
    /// Makes at the vendor what `wanted` asks for, at the row's URL; nothing where there is no vendor. Where it is shared,
    /// under the share's lock, until what came of it is written down.
    pub(super) async fn make(
        &self,
        row: &RegistrationRow,
        wanted: &Wanted,
    ) -> Result<Option<Given>, NotMade> {
        let (Source::Vendor { site, events, filters, shared }, Some(url)) = (&wanted.source, &row.url) else {
            return Ok(None);
        };
        let account = self.account(site).await?;
        if *shared && let Some(given) = self.join(&account, row, events).await? {
            return Ok(Some(given));
        }
        let new = NewSubscription::new(url.clone(), events, filters.as_ref());
        let made = self.create(&account, &new, &row.trigger_id).await?;
        match self.given(&account, row, &made) {
            Ok(given) => Ok(Some(given)),
            // Without its key a subscription is of no use, and the key is given only once.
            Err(error) => Err(NotMade { error, clean: self.sweep(&account, &[url]).await.is_ok() }),
        }
    }

    pub(super) async fn create(
        &self,
        account: &Account,
        new: &NewSubscription,
        trigger: &TriggerId,
    ) -> Result<Subscription, NotMade> {
        let secret = self.secret_for(account)?;
        let mut answer = account.create(new, secret.as_ref()).await;
        if let Err(VendorError::Refused { status: 400 | 409 | 422, message, .. }) = &answer
            && self.remove_duplicates(account, message, &new.url).await
        {
            answer = account.create(new, secret.as_ref()).await;
        }
        let error = match answer {
            Ok(made) => return Ok(made),
            Err(error) => error,
        };
        let clean = if error.is_answer_lost() {
            let swept = self.sweep(account, &[&new.url]).await;
            swept
                .inspect_err(|error| tracing::warn!(%error, "what a lost answer left cannot be looked for"))
                .is_ok()
        } else {
            true
        };
        let more = about_the_allowance(account, &error).await;
        let mut error = self.vendor_error(trigger, "create", &error);
        if let LifecycleError::Vendor { message, .. } = &mut error {
            message.push_str(&more);
        }
        Err(NotMade { error, clean })
    }

    /// The secret that the vendor is to sign with, where that is ours to make.
    fn secret_for(&self, account: &Account) -> Result<Option<Secret>, LifecycleError> {
        if !account.wants_secret() {
            return Ok(None);
        }
        let mut bits = [0; 32];
        getrandom::fill(&mut bits).map_err(LifecycleError::NoRandomness)?;
        let secret = account.manifest().signature.key.write(&bits);
        self.parts.redactor.learn(&secret);
        Ok(Some(secret))
    }

    /// Deletes what is in the way of a subscription that was refused as a duplicate, where it is ours: its key is lost, so
    /// that it can only be made anew. True where there was one. Close names the ids; others are asked what there is.
    async fn remove_duplicates(&self, account: &Account, message: &str, url: &str) -> bool {
        let Account::Close { api, key } = account else {
            return self.sweep(account, &[url]).await.is_ok_and(|removed| removed > 0);
        };
        let mut removed = false;
        for id in subscription_ids(message) {
            let found = api.get(key, id).await;
            if found.is_ok_and(|found| found.is_some_and(|found| found.url == url)) {
                removed |= api.delete(key, id).await.is_ok();
            }
        }
        removed
    }

    /// Deletes every subscription that delivers to one of `urls`, and says how many there were.
    pub(super) async fn sweep(&self, account: &Account, urls: &[&str]) -> Result<usize, VendorError> {
        let mut removed = 0;
        for found in account.list().await? {
            if urls.contains(&found.url.as_str()) {
                tracing::info!(webhook_id = found.id, url = found.url, "deleting a subscription");
                account.delete(&found.id).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Deletes at the vendor whatever delivers to the row's URL, or to one that it had before: one whose key was lost
    /// as well as the one that is known. Where somebody sends our subscription elsewhere, it is ours no more. One that
    /// others share stays for them.
    pub(super) async fn take_down(&self, row: &RegistrationRow) -> Result<(), LifecycleError> {
        let _share = self.share_locked_for(row).await?;
        self.take_down_alone(row).await
    }

    /// The same, under the share's lock where it is shared.
    pub(super) async fn take_down_alone(&self, row: &RegistrationRow) -> Result<(), LifecycleError> {
        if row.shared_hook.is_some() && self.leave(row).await? {
            return Ok(());
        }
        let Some(site) = Site::of(row) else { return Ok(()) };
        let urls: Vec<&str> = urls(row).collect();
        if urls.is_empty() {
            return Ok(());
        }
        let account = self.account(&site).await?;
        let swept = self.sweep(&account, &urls).await;
        swept.map(drop).map_err(|error| self.vendor_error(&row.trigger_id, "delete", &error))
    }

    /// What of the vendor's answer is kept, its key sealed.
    pub(super) fn given(
        &self,
        account: &Account,
        row: &RegistrationRow,
        made: &Subscription,
    ) -> Result<Given, LifecycleError> {
        let unusable = || LifecycleError::Vendor {
            trigger: row.trigger_id.clone(),
            status: None,
            message: format!(
                "Failed to create webhook: {}'s answer has no signature key that can be used",
                account.label()
            ),
        };
        let key = made.signature_key.as_ref().ok_or_else(unusable)?;
        self.parts.redactor.learn(key);
        SignatureKey::read(account.manifest().signature.key, key).map_err(|_| unusable())?;
        let sealed = self.parts.key.seal(&key_context(row), key.expose().as_bytes())?;
        Ok(Given {
            webhook_id: made.id.clone(),
            key: sealed,
            status: made.status.as_ref().map(|status| status.as_str().to_owned()),
            place: None,
        })
    }

    /// The secret of what is at the vendor, for one that has to be told it with every change.
    pub(super) fn secret_of(
        &self,
        account: &Account,
        row: &RegistrationRow,
    ) -> Result<Option<Secret>, LifecycleError> {
        let Some(sealed) = row.signature_key.clone().filter(|_| account.wants_secret()) else {
            return Ok(None);
        };
        let opened = self.parts.key.open(&key_context(row), &Sealed::from_bytes(sealed))?;
        Ok(str::from_utf8(&opened).ok().map(|text| Secret::from(text.to_owned())))
    }

    pub(super) fn vendor_error(
        &self,
        trigger: &TriggerId,
        verb: &str,
        error: &VendorError,
    ) -> LifecycleError {
        LifecycleError::Vendor {
            trigger: trigger.clone(),
            status: error.status(),
            message: self.failed_to(verb, "webhook", error),
        }
    }

    /// What was attempted in vain, and the vendor's words with every secret taken out.
    pub(super) fn failed_to(&self, verb: &str, what: &str, error: &VendorError) -> String {
        format!("Failed to {verb} {what}: {}", self.parts.redactor.redact(&error.words()))
    }
}

/// Every URL that a subscription of this registration may have at the vendor.
pub(super) fn urls(row: &RegistrationRow) -> impl Iterator<Item = &str> {
    row.url.iter().chain(&row.former_urls).map(String::as_str)
}

/// The ids of subscriptions that a text names.
fn subscription_ids(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("whsub_").map(|(at, prefix)| {
        let rest = &text[at + prefix.len()..];
        let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        &text[at..at + prefix.len() + length]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_wherever_they_stand_in_a_message() {
        let text = "Duplicate active subscription. Existing duplicates are: whsub_1a, whsub_2B.";
        assert_eq!(subscription_ids(text).collect::<Vec<_>>(), ["whsub_1a", "whsub_2B"]);
        assert_eq!(subscription_ids("é whsub_ whsub_3é").collect::<Vec<_>>(), ["whsub_", "whsub_3"]);
        assert_eq!(subscription_ids("nothing").count(), 0);
    }
}
