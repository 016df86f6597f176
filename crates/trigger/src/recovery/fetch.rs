//! Reading a stretch of Close's event log, in the order in which things happened.

use std::collections::HashSet;

use bellhop_vault::Secret;
use bellhop_workflow::model::EventPair;
use bellhop_workflow::time::Timestamp;
use serde_json::Value;

use super::window::Stretch;
use crate::close::{CloseApi, LogQuery, VendorError};
use crate::envelope::close::time;

/// More events than this are not held in memory at once: the stretch is divided instead.
pub(super) const MOST: usize = 2_000;

/// What a stretch has.
pub(super) enum Found {
    /// All of it, the oldest first.
    All(Vec<Value>),
    /// More than [`MOST`].
    TooMuch,
}

/// Everything of these kinds that was last updated in the stretch. One that is too short to be divided is read whole,
/// however much it has.
pub(super) async fn fetch(
    close: &CloseApi,
    key: &Secret,
    pairs: &[EventPair],
    stretch: Stretch,
) -> Result<Found, VendorError> {
    let mut events: Vec<Value> = Vec::new();
    for pair in pairs {
        let query = LogQuery { pair, since: stretch.since, until: stretch.until };
        let mut cursor: Option<String> = None;
        loop {
            let page = close.events(key, &query, cursor.as_deref()).await?;
            let is_empty = page.data.is_empty();
            events.extend(page.data);
            if events.len() > MOST && stretch.halves().is_some() {
                return Ok(Found::TooMuch);
            }
            // A cursor that leads to itself, or to nothing, would never end.
            match page.cursor_next {
                Some(next) if !is_empty && cursor.as_ref() != Some(&next) => cursor = Some(next),
                _ => break,
            }
        }
    }
    Ok(Found::All(in_order(events)))
}

/// Each once, the oldest first. The log may move on while it is read, so that one event stands on two pages.
fn in_order(events: Vec<Value>) -> Vec<Value> {
    let mut seen = HashSet::new();
    let mut events: Vec<(Option<Timestamp>, String, Value)> = events
        .into_iter()
        .map(|event| {
            let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            (time(&text("date_updated")), text("id"), event)
        })
        .filter(|(at, id, _)| id.is_empty() || seen.insert((id.clone(), *at)))
        .collect();
    events.sort_by(|(one_at, one, _), (other_at, other, _)| (one_at, one).cmp(&(other_at, other)));
    events.into_iter().map(|(.., event)| event).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn events_come_in_the_order_in_which_they_happened_and_each_once() {
        let event = |id: &str, at: &str| json!({ "id": id, "date_updated": at });
        let found = vec![
            event("ev_c", "2026-03-02T09:00:02.000000"),
            event("ev_b", "2026-03-02T09:00:01.000000"),
            // The same instant, written otherwise.
            event("ev_c", "2026-03-02T09:00:02.000000+00:00"),
            event("ev_a", "2026-03-02T09:00:01.000000Z"),
        ];
        let ids: Vec<Value> = in_order(found).into_iter().map(|event| event["id"].clone()).collect();
        assert_eq!(ids, ["ev_a", "ev_b", "ev_c"]);
    }
}
