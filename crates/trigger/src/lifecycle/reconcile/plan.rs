//! What has to be done so that the vendor has what should be there. Pure.

use std::collections::HashSet;

use bellhop_storage::RegistrationRow;
use bellhop_workflow::ids::RegistrationId;

use super::report::Drift;
use crate::lifecycle::vendor::urls;
use crate::vendor::{Site, SubscribedEvent, Subscription, SubscriptionChange, SubscriptionStatus};

/// A registration, and what should be at the vendor for it.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    /// As it is stored.
    pub(super) row: RegistrationRow,
    /// What should be there; none where nothing should.
    pub(super) wanted: Option<Target>,
    /// Whether the vendor has answered where this registration is. If not, nothing is known of it.
    pub(super) asked: bool,
}

/// What should be at the vendor.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// Where it delivers to.
    pub(super) url: String,
    /// What it delivers.
    pub(super) events: Vec<SubscribedEvent>,
    /// How the vendor is known to write the same.
    pub(super) accepted: Option<Vec<SubscribedEvent>>,
}

/// A subscription that the vendor has.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    /// Where it is shown.
    pub(super) site: Site,
    /// What the vendor shows.
    pub(super) subscription: Subscription,
}

/// What is to be done, or known.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Action {
    /// It is as it should be.
    Fine { registration: RegistrationId, status: Option<String> },
    /// The vendor has nothing that can be used: make it.
    Create { registration: RegistrationId, drift: Drift },
    /// The vendor has it, and it is to be different.
    Change {
        registration: RegistrationId,
        webhook_id: String,
        change: SubscriptionChange,
        drifts: Vec<Drift>,
    },
    /// It must not be there. `registration` is the one at whose URL it is.
    Delete { site: Site, webhook_id: String, url: String, registration: Option<RegistrationId>, drift: Drift },
}

/// What is to be done about `standings`, given what the vendor lists: first what goes, then what changes, then what is
/// made. `is_orphan` says of a URL that none of `standings` has whether it is one of ours all the same; a subscription
/// at any other URL is somebody else's.
pub(super) fn plan(
    standings: &[Standing],
    listed: &[Listed],
    is_orphan: impl Fn(&str) -> bool,
) -> Vec<Action> {
    let mut deletions = Vec::new();
    let mut deleted = HashSet::new();
    for Listed { site, subscription } in listed {
        let url = subscription.url.as_str();
        let owner = owner(standings, subscription);
        let drift = match owner {
            Some(owner) => owner.why_not(subscription),
            None => is_orphan(url).then_some(Drift::Orphan),
        };
        // Several sites may show the same.
        if let Some(drift) =
            drift.filter(|_| deleted.insert((site.provider.as_str(), subscription.id.as_str())))
        {
            deletions.push(Action::Delete {
                site: site.clone(),
                webhook_id: subscription.id.clone(),
                url: url.to_owned(),
                registration: owner.map(|owner| owner.row.id),
                drift,
            });
        }
    }
    let (creations, others): (Vec<_>, Vec<_>) = standings
        .iter()
        .filter_map(|standing| standing.action(listed))
        .partition(|action| matches!(action, Action::Create { .. }));
    deletions.into_iter().chain(others).chain(creations).collect()
}

/// Whose a subscription is: of several that share, one that knows it; else one that wants it.
fn owner<'a>(standings: &'a [Standing], subscription: &Subscription) -> Option<&'a Standing> {
    let at_its_url = standings.iter().filter(|standing| standing.has(&subscription.url));
    at_its_url.max_by_key(|standing| (standing.knows(subscription), standing.wanted.is_some()))
}

impl Standing {
    fn knows(&self, subscription: &Subscription) -> bool {
        self.row.webhook_id.as_ref() == Some(&subscription.id)
    }

    /// Whether a subscription at `url` is this registration's.
    fn has(&self, url: &str) -> bool {
        urls(&self.row).any(|own| own == url) || self.wanted.as_ref().is_some_and(|wanted| wanted.url == url)
    }

    /// Whether it is written down here under another URL than it is to have.
    pub(super) fn is_known_elsewhere(&self) -> bool {
        self.wanted.as_ref().is_some_and(|wanted| self.row.url.as_ref() != Some(&wanted.url))
    }

    /// Why a subscription at a URL of this registration must not be there; none where it may.
    fn why_not(&self, subscription: &Subscription) -> Option<Drift> {
        match (&self.wanted, self.knows(subscription)) {
            (None, _) => Some(Drift::Unwanted),
            // Where the vendor does not answer where the registration is, nothing is destroyed.
            (Some(_), _) if !self.asked => None,
            (Some(_), true) => self.row.signature_key.is_none().then_some(Drift::KeyLost),
            (Some(_), false) => Some(Drift::Duplicate),
        }
    }

    /// What is to be done about the registration itself.
    fn action(&self, listed: &[Listed]) -> Option<Action> {
        let target = self.wanted.as_ref().filter(|_| self.asked)?;
        let registration = self.row.id;
        if self.row.signature_key.is_none() {
            return Some(Action::Create { registration, drift: Drift::KeyLost });
        }
        let site = Site::of(&self.row);
        let found = listed.iter().find(|listed| {
            Some(&listed.site) == site.as_ref()
                && Some(&listed.subscription.id) == self.row.webhook_id.as_ref()
                && self.has(&listed.subscription.url)
        });
        let Some(Listed { subscription, .. }) = found else {
            return Some(Action::Create { registration, drift: Drift::Missing });
        };
        let mut change = SubscriptionChange::default();
        let mut drifts = Vec::new();
        if subscription.url != target.url {
            change.url = Some(target.url.clone());
            drifts.push(Drift::Url);
        }
        if !target.is_met_by(&subscription.events) {
            change.events = Some(target.events.clone());
            drifts.push(Drift::Events);
        }
        if subscription.status == Some(SubscriptionStatus::Paused) {
            change.status = Some(SubscriptionStatus::Active);
            drifts.push(Drift::Paused);
        }
        if drifts.is_empty() {
            let status = subscription.status.as_ref().map(|status| status.as_str().to_owned());
            return Some(Action::Fine { registration, status });
        }
        Some(Action::Change { registration, webhook_id: subscription.id.clone(), change, drifts })
    }
}

impl Target {
    fn is_met_by(&self, events: &[SubscribedEvent]) -> bool {
        same(&self.events, events) || self.accepted.as_ref().is_some_and(|accepted| same(accepted, events))
    }
}

/// Whether both are the same events with the same filters, in whatever order.
pub(super) fn same(one: &[SubscribedEvent], other: &[SubscribedEvent]) -> bool {
    one.iter().all(|event| other.contains(event)) && other.iter().all(|event| one.contains(event))
}
