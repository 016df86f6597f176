//! All subscriptions, and the rules that hold among them.

use jiff::Timestamp;

use super::{Changes, SubscribedEvent, Subscription, SubscriptionStatus};

/// Why a subscription was not created or changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegisterError {
    #[error("Duplicate active subscription. Existing duplicates are: {}.", .0.join(", "))]
    Duplicate(Vec<String>),
    #[error("This organization has reached its limit of {0} webhook subscriptions.")]
    LimitReached(usize),
    #[error("no such subscription")]
    Unknown,
}

/// Who asks: an administrator reaches every subscription, others their own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asker<'a> {
    pub(crate) user_id: &'a str,
    pub(crate) is_admin: bool,
}

impl Asker<'_> {
    fn reaches(self, subscription: &Subscription) -> bool {
        self.is_admin || subscription.created_by == self.user_id
    }
}

/// All subscriptions, in the order of their creation.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions(Vec<Subscription>);

impl Subscriptions {
    pub(crate) fn all(&self) -> &[Subscription] {
        &self.0
    }

    pub(crate) fn visible_to(&self, asker: Asker<'_>) -> impl Iterator<Item = &Subscription> {
        self.0.iter().filter(move |subscription| asker.reaches(subscription))
    }

    pub(crate) fn get(&self, id: &str, asker: Asker<'_>) -> Option<&Subscription> {
        self.visible_to(asker).find(|subscription| subscription.id == id)
    }

    /// The subscription, whoever asks: for the delivery engine.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Subscription> {
        self.0.iter_mut().find(|subscription| subscription.id == id)
    }

    pub(crate) fn create(
        &mut self,
        subscription: Subscription,
        limit: usize,
    ) -> Result<&Subscription, RegisterError> {
        self.refuse_duplicates(&subscription.id, &subscription.url, &subscription.events)?;
        if self.0.len() >= limit {
            return Err(RegisterError::LimitReached(limit));
        }
        let place = self.0.len();
        self.0.push(subscription);
        Ok(&self.0[place])
    }

    /// Changes what `changes` gives.
    pub(crate) fn update(
        &mut self,
        id: &str,
        changes: Changes,
        asker: Asker<'_>,
        now: Timestamp,
    ) -> Result<&Subscription, RegisterError> {
        let place = self
            .0
            .iter()
            .position(|subscription| subscription.id == id && asker.reaches(subscription))
            .ok_or(RegisterError::Unknown)?;
        let mut after = self.0[place].clone();
        after.url = changes.url.unwrap_or(after.url);
        after.events = changes.events.unwrap_or(after.events);
        after.verify_ssl = changes.verify_ssl.unwrap_or(after.verify_ssl);
        after.event_filter = changes.event_filter.unwrap_or(after.event_filter);
        match changes.status {
            Some(SubscriptionStatus::Paused) => after.pause(),
            Some(SubscriptionStatus::Active) => after.status = SubscriptionStatus::Active,
            None => {}
        }
        if after.status == SubscriptionStatus::Active {
            self.refuse_duplicates(id, &after.url, &after.events)?;
        }
        after.date_updated = now;
        asker.user_id.clone_into(&mut after.updated_by);
        self.0[place] = after;
        Ok(&self.0[place])
    }

    pub(crate) fn delete(&mut self, id: &str, asker: Asker<'_>) -> Result<(), RegisterError> {
        let before = self.0.len();
        self.0.retain(|subscription| subscription.id != id || !asker.reaches(subscription));
        if self.0.len() == before { Err(RegisterError::Unknown) } else { Ok(()) }
    }

    /// Close does not say what makes a duplicate. Here it is an active subscription to the same URL with the same
    /// events in whatever order.
    fn refuse_duplicates(
        &self,
        id: &str,
        url: &str,
        events: &[SubscribedEvent],
    ) -> Result<(), RegisterError> {
        let same = |other: &&Subscription| {
            other.id != id
                && other.status == SubscriptionStatus::Active
                && other.url == url
                && other.events.iter().all(|event| events.contains(event))
                && events.iter().all(|event| other.events.contains(event))
        };
        let duplicates: Vec<String> = self.0.iter().filter(same).map(|other| other.id.clone()).collect();
        if duplicates.is_empty() { Ok(()) } else { Err(RegisterError::Duplicate(duplicates)) }
    }
}
