//! The form of the embedded `close-events.json`.

use bellhop_workflow::model::EventPair;
use indexmap::IndexMap;
use serde::Deserialize;

use super::{Catalogue, fields};

/// One event of a vendor.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueEvent {
    /// The kind of object, as the vendor names it.
    pub object_type: String,
    /// What happens to it.
    pub action: String,
    /// The heading it stands under in a list.
    pub group: String,
    /// When it is sent, in a sentence.
    pub description: String,
}

impl CatalogueEvent {
    /// The event as a subscription names it.
    #[must_use]
    pub fn pair(&self) -> EventPair {
        EventPair { object_type: self.object_type.clone(), action: self.action.clone() }
    }

    /// `<object_type>.<action>`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}.{}", self.object_type, self.action)
    }
}

/// A group of actions that belong together for a user.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueCategory {
    /// What a reader calls it.
    pub label: String,
    /// Its actions, by the names that workflows use.
    pub actions: IndexMap<String, CatalogueAction>,
}

/// One action of a category.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueAction {
    /// What a reader calls it.
    pub label: String,
    /// What is subscribed to for it.
    pub events: Vec<EventPair>,
    /// Whether of that only what publishes something counts.
    #[serde(default)]
    pub only_published: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogueFile {
    events: Vec<CatalogueEvent>,
    categories: IndexMap<String, CatalogueCategory>,
}

#[expect(clippy::expect_used, reason = "the file is part of the build, and a test reads all of it")]
pub(super) fn embedded() -> Catalogue {
    let file: CatalogueFile = serde_json::from_str(include_str!("../../catalogue/close-events.json"))
        .expect("the embedded catalogue is in the form of CatalogueFile");
    Catalogue { events: file.events, categories: file.categories, fields: fields::embedded() }
}
