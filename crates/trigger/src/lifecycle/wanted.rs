//! What a workflow's triggers want to be registered.

use std::collections::HashSet;

use bellhop_storage::RegistrationRow;
use bellhop_workflow::ids::{HookId, TriggerId};
use bellhop_workflow::model::{EventPair, Sharing, Trigger, TriggerKind, WebhookAuth, Workflow};
use serde_json::Value;

use crate::vendor::Site;

/// A registration that a trigger wants.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// The trigger.
    pub(super) trigger: TriggerId,
    /// Who is to send.
    pub(super) source: Source,
}

/// Who is to send, and what that takes.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// A vendor, through a subscription.
    Vendor { site: Site, events: Vec<EventPair>, filters: Option<Value>, shared: bool },
    /// Anybody, to a URL.
    Webhook { path: Option<String>, auth: WebhookAuth },
}

impl Wanted {
    fn of(trigger: &Trigger) -> Option<Self> {
        let source = match &trigger.kind {
            TriggerKind::Close(close) => Source::Vendor {
                site: Site::close(close.credential.clone()),
                events: close.events.clone(),
                filters: close.filters.clone(),
                shared: close.sharing == Sharing::Workspace,
            },
            TriggerKind::Vendor(vendor) => Source::Vendor {
                site: Site {
                    provider: vendor.provider.clone(),
                    credential: vendor.credential.clone(),
                    parameters: vendor.parameters.clone(),
                },
                events: vendor.events.clone(),
                filters: None,
                shared: false,
            },
            TriggerKind::Webhook(webhook) => {
                Source::Webhook { path: webhook.path.clone(), auth: webhook.auth.clone() }
            }
            TriggerKind::Schedule(_) | TriggerKind::Manual(_) => return None,
        };
        Some(Self { trigger: trigger.id.clone(), source })
    }

    /// The word in the registration's `provider`.
    pub(super) fn provider(&self) -> &str {
        match &self.source {
            Source::Vendor { site, .. } => &site.provider,
            Source::Webhook { .. } => "webhook",
        }
    }

    /// The events that are to be sent, where those are named.
    pub(super) fn events(&self) -> &[EventPair] {
        match &self.source {
            Source::Vendor { events, .. } => events,
            Source::Webhook { .. } => &[],
        }
    }

    /// How the vendor is to filter them.
    pub(super) const fn filters(&self) -> Option<&Value> {
        match &self.source {
            Source::Vendor { filters, .. } => filters.as_ref(),
            Source::Webhook { .. } => None,
        }
    }

    /// Whether its subscription is one that others share.
    pub(super) const fn is_shared(&self) -> bool {
        matches!(self.source, Source::Vendor { shared: true, .. })
    }

    /// Where it is to be registered, where that is at a vendor.
    pub(super) const fn site(&self) -> Option<&Site> {
        match &self.source {
            Source::Vendor { site, .. } => Some(site),
            Source::Webhook { .. } => None,
        }
    }

    /// Whether `row` is a registration of this trigger.
    pub(super) fn is_of(&self, row: &RegistrationRow) -> bool {
        row.trigger_id == self.trigger && row.provider == self.provider()
    }

    /// Whether `row`, which was registered for `before`, is at its vendor what this one wants there. For a webhook,
    /// nothing is there.
    pub(super) fn is_registered(&self, before: &Self, row: &RegistrationRow) -> bool {
        match (&self.source, &before.source) {
            (
                Source::Vendor { site, events, filters, shared },
                Source::Vendor { filters: filters_before, .. },
            ) => {
                let set = |pairs: &[EventPair]| pairs.iter().cloned().collect::<HashSet<_>>();
                // What the row says was registered; the catalogue may read the old version's names otherwise by now.
                Site::of(row).as_ref() == Some(site)
                    && set(events) == set(&row.events)
                    && filters == filters_before
                    && *shared == row.shared_hook.is_some()
            }
            (Source::Webhook { .. }, Source::Webhook { .. }) => true,
            (Source::Vendor { .. }, Source::Webhook { .. })
            | (Source::Webhook { .. }, Source::Vendor { .. }) => false,
        }
    }

    /// Whether what `row` has at its vendor can be changed into what this one wants there: it is in the same place, and
    /// nobody else's. What is shared is joined or left instead.
    pub(super) fn can_take_over(&self, row: &RegistrationRow) -> bool {
        let is_its_own = !self.is_shared() && row.shared_hook.is_none();
        let site = Site::of(row);
        is_its_own && site.is_some() && site.as_ref() == self.site() && row.webhook_id.is_some()
    }

    /// Where deliveries are to go, given where they go now.
    pub(super) fn place(&self, present: Option<&HookId>) -> Place {
        match (&self.source, present) {
            (Source::Webhook { path: Some(path), .. }, _) => {
                Place::At(HookId::new(path.trim_matches('/').to_owned()))
            }
            (_, Some(hook)) if is_generated(hook) => Place::At(hook.clone()),
            _ => Place::Anywhere,
        }
    }
}

/// Where deliveries are to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// There.
    At(HookId),
    /// To an unguessable URL that is still to be made.
    Anywhere,
}

/// Whether a hook's id was made here, rather than chosen by a user who wants it no more.
pub(super) fn is_generated(hook: &HookId) -> bool {
    hook.as_str().len() == 32 && hook.as_str().bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// What a workflow wants to be registered, in the order of its triggers.
pub(super) fn wanted(workflow: &Workflow) -> Vec<Wanted> {
    workflow.triggers.iter().filter_map(Wanted::of).collect()
}
