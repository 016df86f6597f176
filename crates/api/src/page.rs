//! Lists that come page by page: `{items, next_cursor}`.
//!
//! A cursor holds the key of the last item of its page, so that what is added or deleted meanwhile neither repeats
//! nor hides an item. Clients treat it as opaque.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bellhop_storage::Listing;
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::Parameters;
use crate::problem::Problem;

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 200;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The items, at most as many as the limit.
    pub(crate) items: Vec<T>,
    /// What asks for the next page; `null` on the last one.
    pub(crate) next_cursor: Option<String>,
}

/// Which page is asked for.
#[derive(Debug)]
pub(crate) struct PageRequest<K> {
    /// The key of the last item of the page before; none for the first page.
    pub(crate) after: Option<K>,
    limit: u32,
}

impl<K> PageRequest<K> {
    /// Reads `limit` and `cursor`. `list` is the list's own word: a cursor of another list is refused.
    pub(crate) fn read(
        parameters: &Parameters,
        list: &str,
        read_key: impl Fn(&str) -> Option<K>,
    ) -> Result<Self, Problem> {
        let limit = parameters.value(
            "limit",
            |text| text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit)),
            format_args!("a whole number from 1 to {MAX_LIMIT}"),
        )?;
        let after = parameters.value(
            "cursor",
            |text| decode(list, text).and_then(|key| read_key(&key)),
            "the `next_cursor` of an earlier answer of this list",
        )?;
        Ok(Self { after, limit: limit.unwrap_or(DEFAULT_LIMIT) })
    }

    /// How many rows to read: one more than the page shows, which tells whether there is a next one.
    pub(crate) fn rows(&self) -> u32 {
        self.limit + 1
    }

    /// Makes the page of the rows that were read with [`PageRequest::rows`].
    pub(crate) fn page<R, T>(
        &self,
        list: &str,
        mut rows: Vec<R>,
        key: impl Fn(&R) -> String,
        shape: impl FnMut(R) -> T,
    ) -> Page<T> {
        let limit = self.limit as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(|row| encode(list, &key(row)));
        Page { items: rows.into_iter().map(shape).collect(), next_cursor }
    }

    /// Makes the page of what was read with [`PageRequest::rows`], which may have ended early: then the page is a short
    /// one, or empty, and has a next one all the same.
    pub(crate) fn page_of_listing<R, Id: ToString, T>(
        &self,
        list: &str,
        listing: Listing<R, Id>,
        key: impl Fn(&R) -> Id,
        shape: impl FnMut(R) -> T,
    ) -> Page<T> {
        let rest = listing.rest.as_ref().map(|rest| encode(list, &rest.to_string()));
        let mut page = self.page(list, listing.into_rows(), |row| key(row).to_string(), shape);
        page.next_cursor = page.next_cursor.or(rest);
        page
    }

    /// Makes the page of a list that is read whole, in its order; `comes_after` says whether a row is after the page
    /// before.
    pub(crate) fn page_of_all<R, T>(
        &self,
        list: &str,
        rows: Vec<R>,
        comes_after: impl Fn(&R, &K) -> bool,
        key: impl Fn(&R) -> String,
        shape: impl FnMut(R) -> T,
    ) -> Page<T> {
        let rest =
            rows.into_iter().filter(|row| self.after.as_ref().is_none_or(|after| comes_after(row, after)));
        self.page(list, rest.take(self.rows() as usize).collect(), key, shape)
    }
}

/// The cursor of what comes after that key.
pub(crate) fn encode(list: &str, key: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{list}:{key}"))
}

fn decode(list: &str, cursor: &str) -> Option<String> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    text.strip_prefix(list)?.strip_prefix(':').map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(query: &str) -> Result<PageRequest<String>, Problem> {
        let parameters = Parameters::parse(query, &["limit", "cursor"])?;
        PageRequest::read(&parameters, "letters", |key| Some(key.to_owned()))
    }

    fn letters(query: &str) -> Page<&'static str> {
        let request = request(query).ok().expect("the query is valid");
        let all = vec!["a", "b", "c"];
        request.page_of_all(
            "letters",
            all,
            |letter, after| *letter > after.as_str(),
            |letter| (*letter).to_owned(),
            |letter| letter,
        )
    }

    #[test]
    fn pages_follow_one_another_to_the_end() {
        let first = letters("limit=2");
        assert_eq!(first.items, ["a", "b"]);
        let second =
            letters(&format!("limit=2&cursor={}", first.next_cursor.expect("there is a second page")));
        assert_eq!(second.items, ["c"]);
        assert_eq!(second.next_cursor, None);
    }

    #[test]
    fn a_full_last_page_has_no_next_one() {
        assert_eq!(letters("limit=3").next_cursor, None);
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        assert!(request(&format!("cursor={}", encode("numbers", "1"))).is_err());
        assert!(request("cursor=%00").is_err());
    }

    #[test]
    fn a_limit_out_of_bounds_is_refused() {
        for limit in ["0", "201", "-1", "many", "99999999999"] {
            assert!(request(&format!("limit={limit}")).is_err(), "{limit}");
        }
    }
}
