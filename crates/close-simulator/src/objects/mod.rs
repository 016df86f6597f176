//! The objects that the API creates, reads and changes, kept in the order in which they came.

mod kind;

use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

pub(crate) use kind::Kind;

/// How many objects of one kind are kept; the oldest go first. A long-running demo must not grow for ever.
const KEPT: usize = 50_000;

/// All objects, by kind and id.
#[derive(Default)]
pub(crate) struct Objects {
    shelves: HashMap<Kind, IndexMap<String, Map<String, Value>>>,
}

impl Objects {
    /// The object as it was stored.
    pub(crate) fn get(&self, kind: Kind, id: &str) -> Option<&Map<String, Value>> {
        self.shelves.get(&kind)?.get(id)
    }

    /// The object as the API shows it: a lead comes with its contacts, opportunities and tasks.
    pub(crate) fn show(&self, kind: Kind, id: &str) -> Option<Map<String, Value>> {
        let mut object = self.get(kind, id)?.clone();
        if kind == Kind::Lead {
            for (field, child) in
                [("contacts", Kind::Contact), ("opportunities", Kind::Opportunity), ("tasks", Kind::Task)]
            {
                let children: Vec<_> = self
                    .all(child)
                    .filter(|child| child.get("lead_id") == Some(&json!(id)))
                    .cloned()
                    .collect();
                object.insert(field.to_owned(), children.into_iter().map(Value::Object).collect());
            }
        }
        Some(object)
    }

    /// All objects of a kind, the oldest first.
    pub(crate) fn all(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &Map<String, Value>> {
        self.shelves.get(&kind).into_iter().flat_map(IndexMap::values)
    }

    /// Everything that belongs to a lead.
    pub(crate) fn of_lead(&self, lead_id: &str) -> Vec<(Kind, Map<String, Value>)> {
        let belongs =
            |object: &&Map<String, Value>| object.get("lead_id").and_then(Value::as_str) == Some(lead_id);
        Kind::ALL
            .into_iter()
            .flat_map(|kind| self.all(kind).filter(belongs).map(move |object| (kind, object.clone())))
            .collect()
    }

    /// Stores an object under its `id`, over an earlier one. A lead's contacts are stored as contacts of their own, and
    /// no longer in the lead, so that there is one truth about each.
    pub(crate) fn put(&mut self, kind: Kind, mut object: Map<String, Value>) {
        let Some(id) = object.get("id").and_then(Value::as_str).map(ToOwned::to_owned) else { return };
        if kind == Kind::Lead {
            for child in ["opportunities", "tasks"] {
                object.insert(child.to_owned(), json!([]));
            }
            if let Some(Value::Array(contacts)) = object.insert("contacts".to_owned(), json!([])) {
                for contact in contacts {
                    if let Value::Object(mut contact) = contact {
                        contact.insert("lead_id".to_owned(), json!(id));
                        self.put(Kind::Contact, contact);
                    }
                }
            }
        }
        let objects = self.shelves.entry(kind).or_default();
        objects.insert(id, object);
        if objects.len() > KEPT {
            // In one sweep of many, because taking the first of an index map moves all others.
            objects.drain(..KEPT / 10);
        }
    }

    /// Takes an object away and returns it.
    pub(crate) fn remove(&mut self, kind: Kind, id: &str) -> Option<Map<String, Value>> {
        self.shelves.get_mut(&kind)?.shift_remove(id)
    }
}
