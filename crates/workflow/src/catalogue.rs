//! Where the names of vendors' events come from: the language does not know them, whoever talks to the vendor does.

use crate::model::EventPair;

/// Resolves the event names that a trigger lists.
pub trait EventCatalogue {
    /// What `name` stands for at `provider` (`close`): one pair for `lead.created`, several for `lead.*`. Never an
    /// empty list.
    fn resolve(&self, provider: &str, name: &str) -> Result<Vec<EventPair>, UnknownEvent>;

    /// Every name that [`EventCatalogue::resolve`] takes, in the order that a reader looks for them.
    fn names(&self, provider: &str) -> Vec<EventName>;
}

/// A name of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventName {
    /// As a trigger lists it.
    pub name: String,
    /// What it stands for, in a sentence.
    pub description: String,
}

/// No event is called that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownEvent {
    /// The nearest name that exists, where one is near.
    pub suggestion: Option<String>,
}
