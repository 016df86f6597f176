//! What a caller says about an event that it wants; the rest is made up.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Event, compose};
use crate::delivery::DeliveryOptions;
use crate::dice::Dice;
use crate::objects::Objects;
use crate::organization::Organization;

/// An event to emit. Only the pair must be given. Also the body of `POST /control/events`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EventDraft {
    /// For example `opportunity`.
    pub object_type: String,
    /// For example `updated`.
    pub action: String,
    /// Put over the sample object (or over the stored one where `object_id` names it). For an update, what differs is
    /// what changed; for a deletion, this is the object that is gone.
    pub data: Map<String, Value>,
    /// Old values, in place of those that follow from `data`.
    pub previous_data: Option<Map<String, Value>>,
    /// Names of changed fields, in place of those that follow from the old values.
    pub changed_fields: Option<Vec<String>>,
    /// The object; a new id otherwise.
    pub object_id: Option<String>,
    /// The lead that it belongs to; a new one otherwise.
    pub lead_id: Option<String>,
    /// Who did it; the organization's first user otherwise.
    pub user_id: Option<String>,
    /// The id of an earlier event consolidates with it: the same id, a newer `date_updated`. Another one is taken as the
    /// new event's id.
    pub event_id: Option<String>,
    /// Put over the made-up `meta`.
    pub meta: Map<String, Value>,
    /// How it is delivered.
    pub delivery: DeliveryOptions,
}

impl EventDraft {
    /// A draft of which only the pair is given.
    #[must_use]
    pub fn new(object_type: &str, action: &str) -> Self {
        Self { object_type: object_type.to_owned(), action: action.to_owned(), ..Self::default() }
    }

    /// The draft with the fields of `data` (a JSON object) put over those that it has.
    #[must_use]
    pub fn data(mut self, data: Value) -> Self {
        self.data = crate::body::with(self.data, data);
        self
    }

    /// The draft, delivered in a special way.
    #[must_use]
    pub fn delivery(mut self, delivery: DeliveryOptions) -> Self {
        self.delivery = delivery;
        self
    }
}

/// Why an event was not emitted.
#[derive(Debug, thiserror::Error)]
pub enum EmitError {
    /// Close has no such event.
    #[error("`{object_type}.{action}` is not an event of Close's")]
    UnknownPair {
        /// The type that was asked for.
        object_type: String,
        /// The action that was asked for.
        action: String,
    },
}

/// A webhook body for `draft` in Close's nested shape, without a simulator running: `{"event": …, "subscription_id": …}`.
/// The same `seed`, draft and time give the same body.
///
/// # Errors
/// Where Close has no such event.
pub fn event_body(
    draft: &EventDraft,
    subscription_id: &str,
    seed: u64,
    now: Timestamp,
) -> Result<Value, EmitError> {
    let mut dice = Dice::from_seed(seed);
    let organization = Organization::found(&[], &mut dice);
    let composed = compose(draft, &organization, &mut dice, &Objects::default(), now)?;
    let id = draft.event_id.clone().unwrap_or_else(|| dice.short_id("ev"));
    let event = Event::happened(composed.occurrence, id, &organization.id, now);
    Ok(event.nested_body(subscription_id))
}
