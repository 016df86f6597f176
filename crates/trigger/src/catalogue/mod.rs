//! The events that a workflow can name, and what each name stands for at the vendor.
//!
//! For Close three forms of a name are known, tried in this order:
//! 1. `<category>.<action>` and `<category>.*`, the twelve categories that users think in (`lead.status_change`);
//! 2. Close's own `<object_type>.<action>` (`activity.lead_status_change.created`), and `<object_type>.*`;
//! 3. a name from other pages of Close that its list of event types does not have (see `aliases.rs`).
//!
//! # Adding an event of Close
//! One line in `catalogue/close-events.json`; where a category should offer it, one more there under `categories`.
//!
//! What an event's object has is in `catalogue/close-fields.json`, by object type: the fields of the groups that it
//! belongs to and its own. They are those of Close's published objects and of the bodies that the simulator sends; a test
//! holds that none of the latter is missing.
//!
//! # Adding a vendor
//! A file beside `close-events.json` in the same form, and one arm in [`Catalogue::resolve`]. What is shown of it is made in
//! `listing.rs`.

mod aliases;
mod fields;
mod file;
mod listing;
mod suggest;

use std::sync::LazyLock;

use bellhop_workflow::model::EventPair;
use bellhop_workflow::{EventCatalogue, EventName, PayloadFields, SchemeName, UnknownEvent, VendorForm};
use indexmap::{IndexMap, IndexSet};

use crate::manifest::{scheme_names, vendor_forms};

pub use self::file::{CatalogueAction, CatalogueCategory, CatalogueEvent};
pub use self::listing::{EventEntry, Provider, SignatureScheme};

/// The provider whose events are in `close-events.json`.
pub const CLOSE: &str = "close";

/// All events that are known, with the categories that group them.
#[derive(Debug)]
pub struct Catalogue {
    events: Vec<CatalogueEvent>,
    categories: IndexMap<String, CatalogueCategory>,
    /// What objects have, by their type.
    fields: IndexMap<String, PayloadFields>,
}

/// The catalogue that this build carries.
#[must_use]
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(file::embedded);
    &CATALOGUE
}

impl Catalogue {
    /// Every event that Close has, in the order of its documentation.
    #[must_use]
    pub fn events(&self) -> &[CatalogueEvent] {
        &self.events
    }

    /// The categories with their actions, by the names that workflows use.
    #[must_use]
    pub fn categories(&self) -> &IndexMap<String, CatalogueCategory> {
        &self.categories
    }

    /// The pairs that a category's action stands for; `*` is all of its actions.
    fn by_category(&self, name: &str) -> Option<Vec<EventPair>> {
        let (category, action) = name.split_once('.')?;
        let actions = &self.categories.get(category)?.actions;
        if action == "*" {
            return Some(each_once(actions.values().flat_map(|action| action.events.iter().cloned())));
        }
        actions.get(action).map(|action| each_once(action.events.iter().cloned()))
    }

    /// The pair with Close's own name; `*` is all actions of an object type.
    fn by_object_type(&self, name: &str) -> Option<Vec<EventPair>> {
        let (object_type, action) = name.rsplit_once('.')?;
        let of_type = self.events.iter().filter(|event| event.object_type == object_type);
        let pairs: Vec<_> = of_type
            .filter(|event| action == "*" || event.action == action)
            .map(CatalogueEvent::pair)
            .collect();
        (!pairs.is_empty()).then_some(pairs)
    }

    /// Everything that [`EventCatalogue::resolve`] accepts, each with what it stands for.
    fn close_names(&self) -> Vec<EventName> {
        let mut names: IndexMap<String, String> = IndexMap::new();
        for (category, entry) in &self.categories {
            for (action, meaning) in &entry.actions {
                let events: Vec<String> = meaning
                    .events
                    .iter()
                    .map(|pair| format!("{}.{}", pair.object_type, pair.action))
                    .collect();
                let rest = if meaning.only_published { ", where it is published by that" } else { "" };
                let description = format!("{}: Close's {}{rest}.", meaning.label, events.join(", "));
                names.entry(format!("{category}.{action}")).or_insert(description);
            }
            names.insert(format!("{category}.*"), format!("Every action of {}.", entry.label));
        }
        for event in &self.events {
            names.entry(event.name()).or_insert_with(|| event.description.clone());
            let every = format!("Every action of Close's {}.", event.object_type);
            names.entry(format!("{}.*", event.object_type)).or_insert(every);
        }
        for (alias, name) in aliases::CLOSE {
            names.entry(alias.to_owned()).or_insert_with(|| format!("Another name of {name}."));
        }
        names.into_iter().map(|(name, description)| EventName { name, description }).collect()
    }

    /// The pairs behind one of Close's names, if there are any.
    #[must_use]
    pub fn close_pairs(&self, name: &str) -> Option<Vec<EventPair>> {
        let find = |name: &str| self.by_category(name).or_else(|| self.by_object_type(name));
        find(name).or_else(|| find(aliases::close(name)?))
    }
}

impl EventCatalogue for Catalogue {
    fn resolve(&self, provider: &str, name: &str) -> Result<Vec<EventPair>, UnknownEvent> {
        match provider {
            CLOSE => self.close_pairs(name).ok_or_else(|| UnknownEvent {
                suggestion: suggest::nearest(name, self.close_names().into_iter().map(|known| known.name)),
            }),
            _ => Err(UnknownEvent { suggestion: None }),
        }
    }

    fn is_publication(&self, provider: &str, name: &str) -> bool {
        let action = name.split_once('.').and_then(|(category, action)| {
            self.categories.get(category).and_then(|category| category.actions.get(action))
        });
        provider == CLOSE && action.is_some_and(|action| action.only_published)
    }

    fn names(&self, provider: &str) -> Vec<EventName> {
        if provider == CLOSE { self.close_names() } else { Vec::new() }
    }

    fn schemes(&self) -> Vec<SchemeName> {
        scheme_names()
    }

    fn vendors(&self) -> &[VendorForm] {
        vendor_forms()
    }

    fn fields(&self, provider: &str, event: &EventPair) -> Option<&PayloadFields> {
        (provider == CLOSE).then(|| self.fields.get(&event.object_type)).flatten()
    }
}

fn each_once(pairs: impl Iterator<Item = EventPair>) -> Vec<EventPair> {
    pairs.collect::<IndexSet<_>>().into_iter().collect()
}
