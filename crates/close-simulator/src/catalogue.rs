//! Every pair of object type and action that Close has been seen to send.

use std::sync::LazyLock;

use serde::Deserialize;

/// One object type, the actions that happen to it and the prefix of its ids.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueEntry {
    /// For example `activity.call`.
    pub object_type: String,
    /// For example `acti`.
    pub id_prefix: String,
    /// For example `created` and `completed`.
    pub actions: Vec<String>,
}

static CATALOGUE: LazyLock<Vec<CatalogueEntry>> =
    LazyLock::new(|| match serde_json::from_str(include_str!("../data/close-events.json")) {
        Ok(entries) => entries,
        Err(error) => unreachable!("the embedded catalogue does not read: {error}"),
    });

/// All object types with their actions.
#[must_use]
pub fn catalogue() -> &'static [CatalogueEntry] {
    &CATALOGUE
}

/// The entry of the pair, where Close sends it.
pub(crate) fn find(object_type: &str, action: &str) -> Option<&'static CatalogueEntry> {
    catalogue()
        .iter()
        .find(|entry| entry.object_type == object_type && entry.actions.iter().any(|known| known == action))
}
