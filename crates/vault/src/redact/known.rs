//! The known secrets and the search for them.

use std::borrow::Cow;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, packed};

use super::pattern::{Pattern, patterns};
use super::span::{merge, push};
use super::{SHORTEST_SECRET, view};
use crate::Secret;

/// How many escapes around one another are undone: JSON in a JSON string, a URL in the query of a URL.
const DEEPEST_ESCAPE: usize = 2;

/// A set of secrets, ready to be searched for.
pub(super) struct Known {
    /// What stands where one was.
    replacement: &'static str,
    secrets: Vec<Secret>,
    patterns: Vec<Pattern>,
    /// Searches for all patterns at once. `None` beside secrets means that it could not be built.
    searcher: Option<AhoCorasick>,
    /// Finds out fast whether there is any pattern at all, which there is not in most texts. `None` where there are too
    /// many patterns for that.
    any: Option<packed::Searcher>,
    /// The length of the shortest pattern: no shorter text holds one.
    shortest: usize,
    /// Whether one has a space, which a form writes as `+`.
    has_space: bool,
    /// Whether one could be found in a number.
    has_number: bool,
}

impl Known {
    /// No secrets yet.
    pub(super) fn nothing(replacement: &'static str) -> Self {
        Self {
            replacement,
            secrets: Vec::new(),
            patterns: Vec::new(),
            searcher: None,
            any: None,
            shortest: 0,
            has_space: false,
            has_number: false,
        }
    }

    /// These secrets and `new` ones.
    pub(super) fn with(&self, new: Vec<Secret>) -> Self {
        let mut secrets = self.secrets.clone();
        secrets.extend(new);
        let patterns: Vec<Pattern> = secrets.iter().flat_map(|secret| patterns(secret.expose())).collect();
        // Not the fastest kind, which takes a megabyte for a handful of secrets: it is asked where there is something.
        let mut builder = AhoCorasick::builder();
        builder.kind(Some(AhoCorasickKind::ContiguousNFA));
        let searcher = builder.build(patterns.iter().map(Pattern::bytes)).ok();
        let any = packed::Searcher::new(patterns.iter().map(Pattern::bytes));
        let shortest = patterns.iter().map(|pattern| pattern.bytes().len()).min().unwrap_or_default();
        let one_has = |test: fn(u8) -> bool| secrets.iter().any(|secret| secret.expose().bytes().any(test));
        let has_space = one_has(|byte| byte == b' ');
        let has_number = one_has(|byte| byte.is_ascii_digit());
        Self {
            replacement: self.replacement,
            secrets,
            patterns,
            searcher,
            any,
            shortest,
            has_space,
            has_number,
        }
    }

    /// Whether `secret` should be hidden and is not yet.
    pub(super) fn lacks(&self, secret: &Secret) -> bool {
        let text = secret.expose();
        // What is a part of the replacement would be back as soon as it was replaced.
        text.len() >= SHORTEST_SECRET
            && !self.replacement.contains(text)
            && !self.secrets.iter().any(|known| known.expose() == text)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.secrets.len()
    }

    /// Whether a number can be, or hold, a secret.
    pub(super) fn may_be_in_a_number(&self) -> bool {
        self.has_number
    }

    /// The text without the secrets; owned where there were any.
    pub(super) fn redact<'text>(&self, text: &'text str) -> Cow<'text, str> {
        let Some(searcher) = &self.searcher else {
            // Without a search, nothing can be shown to be free of secrets.
            return if self.is_empty() {
                Cow::Borrowed(text)
            } else {
                Cow::Owned(self.replacement.to_owned())
            };
        };
        let spans = self.spans(searcher, text.as_bytes(), 0);
        if spans.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut redacted = String::with_capacity(text.len());
        let mut shown = 0;
        for span in spans {
            let start = text.floor_char_boundary(span.start).max(shown);
            redacted.push_str(&text[shown..start]);
            redacted.push_str(self.replacement);
            shown = text.ceil_char_boundary(span.end);
        }
        redacted.push_str(&text[shown..]);
        Cow::Owned(redacted)
    }

    /// Where secrets are in `bytes`, in order and apart from one another.
    fn spans(&self, searcher: &AhoCorasick, bytes: &[u8], depth: usize) -> Vec<Range<usize>> {
        let mut spans = Vec::new();
        // Undoing escapes makes no text longer.
        if bytes.len() < self.shortest {
            return spans;
        }
        // All matches, also those within and across one another: hiding the first of two overlapping secrets would
        // leave the end of the second.
        if self.any.as_ref().is_none_or(|any| any.find(bytes).is_some()) {
            for found in searcher.find_overlapping_iter(bytes) {
                push(&mut spans, self.patterns[found.pattern()].widen(found.range(), bytes));
            }
        }
        if depth < DEEPEST_ESCAPE {
            let views = [view::json(bytes), view::percent(bytes), self.form(bytes)];
            for view in views.into_iter().flatten() {
                let within = self.spans(searcher, &view.bytes, depth + 1);
                spans.extend(within.into_iter().map(|span| view.origin(&span)));
            }
        }
        merge(spans)
    }

    fn form(&self, bytes: &[u8]) -> Option<view::View> {
        if self.has_space { view::form(bytes) } else { None }
    }
}
