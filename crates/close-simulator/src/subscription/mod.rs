//! Webhook subscriptions: <https://developer.close.com/api/resources/webhooks>

mod registry;
mod request;

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) use registry::{Asker, RegisterError, Subscriptions};
pub(crate) use request::{Changes, FieldErrors};

use crate::clock::with_offset;
use crate::event::Event;
use crate::filter::Filter;

/// Whether a subscription gets events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionStatus {
    /// It does.
    Active,
    /// It does not. Made so by a PUT, or by the simulator where deliveries failed for too long.
    Paused,
}

/// One pair that a subscription is about.
#[derive(Debug, Clone, PartialEq)]
pub struct SubscribedEvent {
    /// For example `lead`.
    pub object_type: String,
    /// For example `created`.
    pub action: String,
    /// Which of these events it wants.
    pub filter: Option<Filter>,
    /// The filter as it was given, null where none was.
    pub extra_filter: Value,
}

/// A subscription.
#[derive(Clone, PartialEq)]
pub struct Subscription {
    /// `whsub_…`
    pub id: String,
    /// Where its events go.
    pub url: String,
    /// Whether they do.
    pub status: SubscriptionStatus,
    /// Whether the receiver's certificate is checked.
    pub verify_ssl: bool,
    /// What it is about.
    pub events: Vec<SubscribedEvent>,
    /// Kept and given back, and of no effect: Close lists the field and does not describe it.
    pub event_filter: Value,
    /// What its deliveries are signed with: 64 hexadecimal digits.
    pub signature_key: String,
    /// The user who created it.
    pub created_by: String,
    /// The user who last changed it.
    pub updated_by: String,
    /// When it was created.
    pub date_created: Timestamp,
    /// When it was last changed.
    pub date_updated: Timestamp,
    /// The number of the queue; it changes when a pause clears the queue.
    pub(crate) queue: u64,
    /// How many deliveries wait in the queue or are on their way.
    pub(crate) backlog: usize,
    /// Since when every attempt failed.
    pub(crate) failing_since: Option<Timestamp>,
}

impl Subscription {
    /// Whether it wants this event, of which `value` is the JSON.
    pub(crate) fn wants(&self, event: &Event, value: &Value) -> bool {
        self.status == SubscriptionStatus::Active
            && self.events.iter().any(|wanted| {
                wanted.object_type == event.object_type
                    && wanted.action == event.action
                    && wanted.filter.as_ref().is_none_or(|filter| filter.matches(value))
            })
    }

    /// As the API shows it. The key is not there: Close promises it in the answer to the creation only.
    pub(crate) fn view(&self, organization_id: &str) -> Value {
        let events: Vec<Value> = self
            .events
            .iter()
            .map(|event| {
                json!({
                    "object_type": event.object_type, "action": event.action, "extra_filter": event.extra_filter,
                })
            })
            .collect();
        json!({
            "id": self.id,
            "url": self.url,
            "status": self.status,
            "verify_ssl": self.verify_ssl,
            "events": events,
            "event_filter": self.event_filter,
            "organization_id": organization_id,
            "created_by": self.created_by,
            "updated_by": self.updated_by,
            "date_created": with_offset(self.date_created),
            "date_updated": with_offset(self.date_updated),
        })
    }

    /// As the answer to its creation shows it.
    pub(crate) fn view_with_key(&self, organization_id: &str) -> Value {
        let mut view = self.view(organization_id);
        view["signature_key"] = json!(self.signature_key);
        view
    }

    /// Pauses it and clears its queue. Close says so of the pauses that it makes itself; here it holds for all.
    pub(crate) fn pause(&mut self) {
        self.status = SubscriptionStatus::Paused;
        self.queue += 1;
        self.backlog = 0;
        self.failing_since = None;
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("id", &self.id)
            .field("url", &self.url)
            .field("status", &self.status)
            .field("events", &self.events)
            .field("signature_key", &"[redacted]")
            .finish_non_exhaustive()
    }
}
