//! A webhook subscription, in the form that Close's API writes it. What is known of other vendors' is brought into it.

use bellhop_vault::Secret;
use bellhop_workflow::model::EventPair;
use indexmap::IndexSet;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// An event that is subscribed to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubscribedEvent {
    /// Close's name of the object.
    pub object_type: String,
    /// What happens to it.
    pub action: String,
    /// Close's filter on it, in Close's own grammar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra_filter: Option<Value>,
}

impl SubscribedEvent {
    /// All of an event.
    #[must_use]
    pub fn of(pair: &EventPair) -> Self {
        Self { object_type: pair.object_type.clone(), action: pair.action.clone(), extra_filter: None }
    }

    /// Which event.
    #[must_use]
    pub fn pair(&self) -> EventPair {
        EventPair { object_type: self.object_type.clone(), action: self.action.clone() }
    }
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewSubscription {
    /// Where deliveries go.
    pub url: String,
    /// What is delivered.
    pub events: Vec<SubscribedEvent>,
}

impl NewSubscription {
    /// A subscription of `url` to `events`, each once however often it is named, all with the same filter.
    #[must_use]
    pub fn new(url: String, events: &[EventPair], filter: Option<&Value>) -> Self {
        let once: IndexSet<_> = events.iter().collect();
        let subscribe =
            |pair: &EventPair| SubscribedEvent { extra_filter: filter.cloned(), ..SubscribedEvent::of(pair) };
        Self { url, events: once.into_iter().map(subscribe).collect() }
    }
}

/// Whether Close delivers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SubscriptionStatus {
    /// It does.
    Active,
    /// It does not, by somebody's wish or after three days of failures.
    Paused,
    /// A word that was not known when this was written.
    #[serde(untagged)]
    Other(String),
}

impl SubscriptionStatus {
    /// Close's word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Other(word) => word,
        }
    }
}

/// What is to be different; what is `None` stays.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct SubscriptionChange {
    /// Where deliveries go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What is delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<SubscribedEvent>>,
    /// Whether Close delivers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<SubscriptionStatus>,
}

/// A subscription that Close has.
#[derive(Debug, Clone, Deserialize)]
pub struct Subscription {
    /// Its id at Close, `whsub_…`.
    pub id: String,
    /// Where deliveries go.
    pub url: String,
    /// What is delivered.
    #[serde(default)]
    pub events: Vec<SubscribedEvent>,
    /// Whether Close delivers.
    pub status: Option<SubscriptionStatus>,
    /// The key that deliveries are signed with, in hex. Close gives it once, in the answer to the creation.
    #[serde(default, deserialize_with = "secret")]
    pub signature_key: Option<Secret>,
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Secret::from))
}
