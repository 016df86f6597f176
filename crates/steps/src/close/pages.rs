//! `paginate`: the pages of a list of Close's, put together.
//!
//! Close has three ways to go on: `_skip` beside `has_more` for most lists, `_cursor` beside `cursor_next` for its event
//! log, and `cursor` in the body for its advanced search. Which one it is, is seen from the request and from the answer.

use serde_json::{Map, Value, json};

use crate::StepFailure;

/// How many items are read where the step does not say.
const USUAL: u64 = 1_000;

/// How many are read at most: they are one step's output.
const MOST: u64 = 10_000;

/// The most that most lists give at once.
const PAGE: u64 = 100;

/// The most that the event log gives at once.
const PAGE_OF_LOG: u64 = 50;

/// The most that all pages together may hold.
const LARGEST: usize = 10 * 1024 * 1024;

/// Pages that are being put together.
pub(super) struct Pages {
    limit: u64,
    page: u64,
    /// Whether the request has a body, which says where to go on.
    in_body: bool,
    items: Vec<Value>,
    size: usize,
    cursor: Option<String>,
    has_more: bool,
}

impl Pages {
    /// Nothing yet of what `path` gives.
    pub(super) fn new(limit: Option<u64>, path: &str, in_body: bool) -> Result<Self, StepFailure> {
        let limit = limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(StepFailure::invalid_input(format!("`limit` is from 1 to {MOST}, not {limit}")));
        }
        let page = if path.trim_end_matches('/') == "/event" { PAGE_OF_LOG } else { PAGE };
        Ok(Self { limit, page, in_body, items: Vec::new(), size: 0, cursor: None, has_more: true })
    }

    /// What the next request says besides, in its query.
    pub(super) fn query(&self) -> Vec<(&'static str, String)> {
        if self.in_body {
            return Vec::new();
        }
        let mut query = vec![("_limit", self.wanted().to_string())];
        match &self.cursor {
            Some(cursor) => query.push(("_cursor", cursor.clone())),
            None if !self.items.is_empty() => query.push(("_skip", self.items.len().to_string())),
            None => {}
        }
        query
    }

    /// The body of the next request, made of that of the first.
    pub(super) fn body(&self, first: &Value) -> Value {
        let mut body = first.clone();
        if let (true, Value::Object(fields)) = (self.in_body, &mut body) {
            fields.insert("_limit".to_owned(), json!(self.wanted()));
            if let Some(cursor) = &self.cursor {
                fields.insert("cursor".to_owned(), json!(cursor));
            }
        }
        body
    }

    /// Whether there is a page already.
    pub(super) fn is_begun(&self) -> bool {
        !self.items.is_empty()
    }

    fn wanted(&self) -> u64 {
        self.page.min(self.limit - self.items.len() as u64)
    }

    /// Takes a page. True where there is another to be read.
    pub(super) fn take(&mut self, page: Value, size: usize) -> Result<bool, StepFailure> {
        let Value::Object(mut page) = page else { return Err(no_list()) };
        let Some(Value::Array(items)) = page.remove("data") else { return Err(no_list()) };
        let before = std::mem::replace(&mut self.cursor, next_cursor(&page));
        // A cursor that leads to itself would never end.
        let goes_on = self.cursor.is_some() && self.cursor != before;
        self.has_more = !items.is_empty() && (goes_on || page.get("has_more") == Some(&Value::Bool(true)));
        self.size += size;
        if self.size > LARGEST {
            return Err(StepFailure::large_output(format!(
                "the pages hold more than {LARGEST} bytes together: ask for fewer, or for fewer fields"
            )));
        }
        self.items.extend(items);
        let room = usize::try_from(self.limit).unwrap_or(usize::MAX);
        if self.items.len() >= room {
            self.has_more |= self.items.len() > room;
            self.items.truncate(room);
            return Ok(false);
        }
        Ok(self.has_more)
    }

    /// All of them, and whether Close has more.
    pub(super) fn output(self) -> Value {
        json!({ "data": self.items, "has_more": self.has_more })
    }
}

fn next_cursor(page: &Map<String, Value>) -> Option<String> {
    let cursor = ["cursor_next", "cursor"].iter().find_map(|name| page.get(*name)?.as_str());
    cursor.filter(|cursor| !cursor.is_empty()).map(str::to_owned)
}

fn no_list() -> StepFailure {
    StepFailure::invalid_input("`paginate` is for lists: the answer has no `data`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(limit: u64, path: &str, in_body: bool) -> Pages {
        Pages::new(Some(limit), path, in_body).unwrap_or_else(|failure| panic!("{failure:?}"))
    }

    fn page(count: u64, more: Value) -> Value {
        let mut page = json!({ "data": (0..count).collect::<Vec<_>>() });
        if let (Value::Object(page), Value::Object(more)) = (&mut page, more) {
            page.extend(more);
        }
        page
    }

    #[test]
    fn most_lists_go_on_after_what_is_there() {
        let mut pages = pages(250, "/lead/", false);
        assert_eq!(pages.query(), [("_limit", "100".to_owned())]);
        assert_eq!(pages.take(page(100, json!({ "has_more": true })), 10), Ok(true));
        assert_eq!(pages.query(), [("_limit", "100".to_owned()), ("_skip", "100".to_owned())]);
        assert_eq!(pages.take(page(100, json!({ "has_more": true })), 10), Ok(true));
        assert_eq!(pages.query()[0].1, "50", "no more than is wanted");
        assert_eq!(pages.take(page(50, json!({ "has_more": true })), 10), Ok(false));
        let output = pages.output();
        assert_eq!((output["data"].as_array().map(Vec::len), &output["has_more"]), (Some(250), &json!(true)));
    }

    #[test]
    fn the_event_log_goes_on_by_its_cursor() {
        let mut pages = pages(1_000, "/event/", false);
        assert_eq!(pages.query(), [("_limit", "50".to_owned())]);
        assert_eq!(pages.take(page(50, json!({ "cursor_next": "abc" })), 10), Ok(true));
        assert_eq!(pages.query()[1], ("_cursor", "abc".to_owned()));
        assert_eq!(pages.take(page(3, json!({ "cursor_next": null })), 10), Ok(false));
        assert_eq!(pages.output()["has_more"], json!(false));
    }

    #[test]
    fn a_search_goes_on_by_the_cursor_in_its_body() {
        let mut pages = pages(1_000, "/data/search/", true);
        let first = json!({ "query": { "type": "match_all" } });
        assert_eq!(pages.body(&first), json!({ "query": { "type": "match_all" }, "_limit": 100 }));
        assert_eq!(pages.take(page(100, json!({ "cursor": "abc" })), 10), Ok(true));
        assert!(pages.query().is_empty());
        assert_eq!(pages.body(&first)["cursor"], "abc");
        assert_eq!(pages.take(page(0, json!({ "cursor": "def" })), 10), Ok(false));
    }

    #[test]
    fn what_would_not_end_ends() {
        let mut pages = pages(1_000, "/event/", false);
        assert_eq!(pages.take(page(1, json!({ "cursor_next": "abc" })), 10), Ok(true));
        assert_eq!(pages.take(page(1, json!({ "cursor_next": "abc" })), 10), Ok(false));
        assert!(Pages::new(Some(10_001), "/lead/", false).is_err());
        assert!(Pages::new(Some(0), "/lead/", false).is_err());
        assert!(pages.take(json!([]), 10).is_err());
        assert!(pages.take(page(1, json!({})), LARGEST).is_err());
    }
}
