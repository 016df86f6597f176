//! Events: their shape, how one is made up from a draft, and the log that keeps them.

mod compose;
mod draft;
mod log;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

pub(crate) use compose::{Composed, Occurrence, compose};
pub use draft::{EmitError, EventDraft, event_body};
pub(crate) use log::{Cursor, EventLog, EventQuery};

use crate::clock::without_offset;

/// An event as Close writes it into its log and into webhook bodies.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// `ev_…`; a consolidated event keeps it.
    pub id: String,
    /// When it first happened.
    #[serde(serialize_with = "close_date")]
    pub date_created: Timestamp,
    /// When it was last consolidated; the same as `date_created` for an event that never was.
    #[serde(serialize_with = "close_date")]
    pub date_updated: Timestamp,
    /// `orga_…`
    pub organization_id: String,
    /// Who did it.
    pub user_id: Option<String>,
    /// Groups the events of one API call.
    pub request_id: Option<String>,
    /// The key that did it, where it was done over the API.
    pub api_key_id: Option<String>,
    /// Always null here: the simulator has no OAuth clients.
    pub oauth_client_id: Option<String>,
    /// Always null here.
    pub oauth_scope: Option<String>,
    /// For example `activity.call`.
    pub object_type: String,
    /// The object that it happened to.
    pub object_id: String,
    /// The lead that the object belongs to; a lead's own id for leads.
    pub lead_id: Option<String>,
    /// For example `updated`.
    pub action: String,
    /// Names of the fields that an update changed; else empty.
    pub changed_fields: Vec<String>,
    /// The object after the event, null where it is gone.
    pub data: Value,
    /// Old values of the changed fields; the whole object where it is gone.
    pub previous_data: Value,
    /// How it came about.
    pub meta: Value,
}

impl Event {
    /// The event as JSON.
    #[must_use]
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// A delivery's body as Close sends it.
    #[must_use]
    pub fn nested_body(&self, subscription_id: &str) -> Value {
        json!({ "event": self.to_value(), "subscription_id": subscription_id })
    }

    /// A delivery's body in the flat form that the trigger node's documentation shows.
    #[must_use]
    pub fn flat_body(&self, subscription_id: &str) -> Value {
        json!({
            "event": format!("{}.{}", self.object_type, self.action),
            "data": if self.data.is_null() { &self.previous_data } else { &self.data },
            "subscription_id": subscription_id,
            "timestamp": format!("{:.3}", self.date_updated),
            "id": self.id,
        })
    }
}

fn close_date<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&without_offset(*at))
}
