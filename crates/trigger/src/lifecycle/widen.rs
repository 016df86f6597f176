//! Other events for a registration that goes on.
//!
//! What a vendor could not deliver yet waits there with its subscription, and is gone with it. So a subscription that can
//! be changed is changed: first it is asked for the events of both versions, then the version is stored, then what only
//! the old one wanted goes. What is delivered meanwhile that the stored version does not ask for starts nothing.
//!
//! Where another subscription has to take its place, that one is [`Heir`] to what the other may have missed, where the
//! vendor has a log to fetch it from and both speak with the same credential.

use bellhop_storage::RegistrationRow;
use bellhop_workflow::ids::RegistrationId;
use bellhop_workflow::time::Timestamp;

use super::context::Context;
use super::reconcile::missed_with;
use super::wanted::Wanted;
use super::{LifecycleError, transition};
use crate::catalogue::CLOSE;
use crate::vendor::{Account, NewSubscription, SubscribedEvent, SubscriptionChange, Told};

/// A registration that delivers what both versions want.
#[derive(Clone)]
pub(super) struct Wider {
    /// As it is stored.
    pub(super) row: RegistrationRow,
    /// What the new version wants of it.
    pub(super) wanted: Wanted,
    /// What the old one did.
    before: Vec<SubscribedEvent>,
}

/// What came of asking.
pub(super) struct Widened {
    pub(super) changed: Vec<Wider>,
    /// The vendor has these no more.
    pub(super) gone: Vec<(Wanted, RegistrationRow)>,
}

/// A registration that goes on for another.
pub(super) struct Heir {
    pub(super) id: RegistrationId,
    /// The other.
    pub(super) of: RegistrationId,
    /// From when on events have to be fetched.
    pub(super) since: Timestamp,
}

impl Wider {
    fn now(&self) -> Vec<SubscribedEvent> {
        told(&self.wanted)
    }

    /// Whether something of `events` is not among `known`.
    fn more(events: &[SubscribedEvent], known: &[SubscribedEvent]) -> bool {
        events.iter().any(|event| !known.contains(event))
    }

    /// The events of both versions; of one that both want with another filter, the new one's.
    fn both(&self) -> Vec<SubscribedEvent> {
        let mut both = self.now();
        let only_before =
            self.before.iter().filter(|event| both.iter().all(|new| new.pair() != event.pair()));
        let only_before: Vec<_> = only_before.cloned().collect();
        both.extend(only_before);
        both
    }
}

/// What is asked for where a trigger wants that.
fn told(wanted: &Wanted) -> Vec<SubscribedEvent> {
    NewSubscription::new(String::new(), wanted.events(), wanted.filters()).events
}

impl Context {
    /// Asks the vendors for what the new version wants besides. Where one refuses, everything is as it was.
    pub(super) async fn widen(
        &self,
        before: &[Wanted],
        change: Vec<(Wanted, RegistrationRow)>,
    ) -> Result<Widened, LifecycleError> {
        let mut widened = Widened { changed: Vec::new(), gone: Vec::new() };
        for (wanted, row) in change {
            let filters = before.iter().find(|old| old.trigger == wanted.trigger).and_then(Wanted::filters);
            let before = NewSubscription::new(String::new(), &row.events, filters).events;
            let wider = Wider { row, wanted, before };
            let is_there = if Wider::more(&wider.now(), &wider.before) {
                self.ask(&wider, wider.both()).await
            } else {
                Ok(true)
            };
            match is_there {
                Ok(true) => widened.changed.push(wider),
                Ok(false) => widened.gone.push((wider.wanted, wider.row)),
                Err(error) => {
                    // Whether the vendor has done it or not: it delivers what it did before.
                    self.narrow_back(&[wider]).await;
                    self.narrow_back(&widened.changed).await;
                    return Err(error);
                }
            }
        }
        Ok(widened)
    }

    /// Asks the vendors no more for what only the old version wanted. Where one refuses, what comes of it starts nothing,
    /// and the reconciler tries again.
    pub(super) async fn narrow(&self, changed: &[Wider]) {
        for wider in changed {
            if Wider::more(&wider.both(), &wider.now()) {
                self.ask_or_tell(wider, wider.now()).await;
            }
        }
    }

    /// Has vendors deliver what they did before: the new version was not stored.
    pub(super) async fn narrow_back(&self, changed: &[Wider]) {
        for wider in changed {
            if Wider::more(&wider.both(), &wider.before) {
                self.ask_or_tell(wider, wider.before.clone()).await;
            }
        }
    }

    async fn ask_or_tell(&self, wider: &Wider, events: Vec<SubscribedEvent>) {
        if let Err(error) = self.ask(wider, events).await {
            tracing::warn!(registration = %wider.row.id, %error, "a registration is still asked for other events");
        }
    }

    /// Has the vendor deliver `events`; false where it has no such subscription any more.
    async fn ask(&self, wider: &Wider, events: Vec<SubscribedEvent>) -> Result<bool, LifecycleError> {
        let Wider { row, .. } = wider;
        let (Some(account), Some(id)) = (self.account_of(row).await?, &row.webhook_id) else {
            return Ok(false);
        };
        let whole = NewSubscription { url: row.url.clone().unwrap_or_default(), events };
        let change =
            SubscriptionChange { events: Some(whole.events.clone()), ..SubscriptionChange::default() };
        let secret = self.secret_of(&account, row)?;
        let told = Told { change: &change, whole: &whole, secret: secret.as_ref() };
        let answer = account.update(id, &told).await;
        let answer = answer.map_err(|error| self.vendor_error(&row.trigger_id, "update", &error))?;
        if let (Some(subscription), Account::Close { .. }) = (&answer, &account) {
            self.reconciler.accept(row.id, whole.events, subscription.events.clone());
        }
        Ok(answer.is_some())
    }

    /// Which of `made` go on for one of `retired`, so that nothing is lost that the vendor had still to deliver. They
    /// count as asked for what both want since the other was.
    pub(super) async fn heirs(
        &self,
        made: &mut [RegistrationRow],
        retired: &[RegistrationRow],
    ) -> Result<Vec<Heir>, LifecycleError> {
        let mut heirs = Vec::new();
        for row in made.iter_mut().filter(|row| row.provider == CLOSE) {
            let is_it = |old: &&RegistrationRow| {
                (&old.provider, &old.trigger_id, &old.credential)
                    == (&row.provider, &row.trigger_id, &row.credential)
            };
            // What is shared goes on being delivered, to another of those that share it as well.
            let Some(old) = retired.iter().find(is_it).filter(|old| old.hook() != row.hook()) else {
                continue;
            };
            let active_since = self.parts.store.active_since(old.id).await?;
            let open = self.parts.store.recovery(old.id).await?.filter(|open| open.finished_at.is_none());
            let Some(since) = missed_with(old, active_since, self.now()) else { continue };
            let since = open.map_or(since, |open| since.min(open.since));
            row.events_since = transition::since_of(&row.events, &old.events, &old.events_since, self.now());
            heirs.push(Heir { id: row.id, of: old.id, since });
        }
        Ok(heirs)
    }
}
