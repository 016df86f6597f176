//! Stretches of text, joined where they touch.

use std::ops::Range;

/// Adds a span to a list, and joins it with those at the end of the list that it touches. A text full of matches so
/// stays one span, not one for each of its bytes.
pub(super) fn push(spans: &mut Vec<Range<usize>>, mut span: Range<usize>) {
    while let Some(last) = spans.pop_if(|last| span.start <= last.end && last.start <= span.end) {
        span = span.start.min(last.start)..span.end.max(last.end);
    }
    spans.push(span);
}

/// The same stretches in order, with no two that touch.
pub(super) fn merge(mut spans: Vec<Range<usize>>) -> Vec<Range<usize>> {
    spans.sort_unstable_by_key(|span| span.start);
    let mut merged = Vec::with_capacity(spans.len());
    for span in spans {
        push(&mut merged, span);
    }
    merged
}
