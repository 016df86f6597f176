//! Where the names of vendors' events come from, and what those events carry: the language does not know them, whoever
//! talks to the vendor does.

use indexmap::IndexMap;
use serde::Deserialize;

use crate::model::EventPair;

/// Knows vendors' events.
pub trait EventCatalogue {
    /// What `name` stands for at `provider` (`close`): one pair for `lead.created`, several for `lead.*`. Never an
    /// empty list.
    fn resolve(&self, provider: &str, name: &str) -> Result<Vec<EventPair>, UnknownEvent>;

    /// Whether of what `name` stands for only that counts which publishes something (`custom_activity.published`).
    fn is_publication(&self, _provider: &str, _name: &str) -> bool {
        false
    }

    /// Every name that [`EventCatalogue::resolve`] takes, in the order that a reader looks for them.
    fn names(&self, _provider: &str) -> Vec<EventName> {
        Vec::new()
    }

    /// Every sender whose way of signing is known by name: what `scheme` of a webhook's `hmac` can be.
    fn schemes(&self) -> Vec<SchemeName> {
        Vec::new()
    }

    /// Every vendor that is described as data and has a trigger of its own, by the word for it: `github`.
    fn vendors(&self) -> &[VendorForm] {
        &[]
    }

    /// What the object in such an event has, `event.data` and `event.previous`; none where that is not known.
    fn fields(&self, _provider: &str, _event: &EventPair) -> Option<&PayloadFields> {
        None
    }
}

/// A name of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventName {
    /// As a trigger lists it.
    pub name: String,
    /// What it stands for, in a sentence.
    pub description: String,
}

/// A sender whose way of signing is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemeName {
    /// As a webhook's `scheme` says it.
    pub name: String,
    /// Whose it is, and what it is.
    pub description: String,
}

/// How the trigger of a vendor is written that is described as data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorForm {
    /// The kind of trigger, and the credential where none is named.
    pub name: String,
    /// What a reader calls the vendor.
    pub label: String,
    /// What the trigger is for, in a sentence.
    pub description: String,
    /// How its events are called.
    pub events: TextForm,
    /// What else it has to say, each under a key of its own.
    pub parameters: Vec<Parameter>,
}

/// How a text has to look.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextForm {
    /// A regular expression that the whole text has to match.
    pub pattern: String,
    /// One that does.
    pub example: String,
    /// What to do about one that does not, as a sentence.
    pub help: String,
}

/// What a vendor's trigger has to say besides its events.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// The key.
    pub name: String,
    /// What it is, in a sentence.
    pub description: String,
    /// How it looks.
    pub form: TextForm,
}

/// No event is called that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownEvent {
    /// The nearest name that exists, where one is near.
    pub suggestion: Option<String>,
}

/// What an object has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PayloadFields {
    /// Its fields, in the order of the vendor's documentation; for each what the object in it has in turn, none where
    /// that is not known or the field holds no object.
    pub fields: IndexMap<String, Option<PayloadFields>>,
    /// Whether it has custom fields besides, whose names begin with `custom.`, such as `custom.cf_4Fz0`.
    pub open: bool,
}

impl PayloadFields {
    /// Whether a field of that name can be there.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name) || (self.open && (name == "custom" || name.starts_with("custom.")))
    }
}
