//! The event log: everything that happened, newest first, in pages.

use std::collections::{BTreeMap, HashMap};
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

use jiff::Timestamp;

use super::Event;

/// How many events are kept. A long-running demo must not grow for ever.
const KEPT: usize = 100_000;

/// All events, by the order in which they were last updated.
#[derive(Default)]
pub(crate) struct EventLog {
    entries: BTreeMap<u64, Arc<Event>>,
    places: HashMap<String, u64>,
    next: u64,
}

/// What a page is asked for. A field that is `None` lets everything through.
#[derive(Debug, Default)]
pub(crate) struct EventQuery {
    pub(crate) object_type: Option<String>,
    pub(crate) object_id: Option<String>,
    pub(crate) action: Option<String>,
    pub(crate) lead_id: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) request_id: Option<String>,
    /// Bounds of `date_updated`.
    pub(crate) updated: Option<(Bound<Timestamp>, Bound<Timestamp>)>,
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cursor {
    /// With the newest event.
    Newest,
    /// With the newest event before this place.
    Before(u64),
    /// With the oldest events after this place.
    After(u64),
}

/// One page, newest first.
pub(crate) struct Page {
    pub(crate) events: Vec<Arc<Event>>,
    /// Where the next page (of older events) begins.
    pub(crate) next: Option<Cursor>,
    /// Where the previous page (of newer events) begins.
    pub(crate) previous: Option<Cursor>,
}

impl EventLog {
    pub(crate) fn get(&self, id: &str) -> Option<&Arc<Event>> {
        self.entries.get(self.places.get(id)?)
    }

    /// Adds an event as the newest one. One with a known id takes that one's place.
    pub(crate) fn push(&mut self, event: Arc<Event>) {
        let place = self.next;
        self.next += 1;
        if let Some(old) = self.places.insert(event.id.clone(), place) {
            self.entries.remove(&old);
        }
        self.entries.insert(place, event);
        while self.entries.len() > KEPT {
            if let Some((_, oldest)) = self.entries.pop_first() {
                self.places.remove(&oldest.id);
            }
        }
    }

    /// A page of at most `limit` events that match.
    pub(crate) fn page(&self, query: &EventQuery, cursor: Cursor, limit: usize) -> Page {
        let matches = |(_, event): &(&u64, &Arc<Event>)| query.matches(event);
        let mut found: Vec<(u64, Arc<Event>)> = match cursor {
            Cursor::Newest => take(self.entries.iter().rev().filter(matches), limit),
            Cursor::Before(place) => take(self.entries.range(..place).rev().filter(matches), limit),
            Cursor::After(place) => {
                let mut found = take(self.entries.range(place + 1..).filter(matches), limit);
                found.reverse();
                found
            }
        };
        let ends = found.first().map(|newest| newest.0).zip(found.last().map(|oldest| oldest.0));
        let (previous, next) = match ends {
            Some((newest, oldest)) => (
                self.entries
                    .range(newest + 1..)
                    .any(|entry| matches(&entry))
                    .then_some(Cursor::After(newest)),
                self.entries.range(..oldest).any(|entry| matches(&entry)).then_some(Cursor::Before(oldest)),
            ),
            None => (None, None),
        };
        Page { events: found.drain(..).map(|(_, event)| event).collect(), next, previous }
    }
}

fn take<'a>(
    entries: impl Iterator<Item = (&'a u64, &'a Arc<Event>)>,
    limit: usize,
) -> Vec<(u64, Arc<Event>)> {
    entries.take(limit).map(|(place, event)| (*place, Arc::clone(event))).collect()
}

impl EventQuery {
    fn matches(&self, event: &Event) -> bool {
        let is =
            |wanted: &Option<String>, value: Option<&str>| wanted.is_none() || wanted.as_deref() == value;
        is(&self.object_type, Some(&event.object_type))
            && is(&self.object_id, Some(&event.object_id))
            && is(&self.action, Some(&event.action))
            && is(&self.lead_id, event.lead_id.as_deref())
            && is(&self.user_id, event.user_id.as_deref())
            && is(&self.request_id, event.request_id.as_deref())
            && self.updated.is_none_or(|range| range.contains(&event.date_updated))
    }
}
