//! Many rows in one statement, and pages of rows.

use std::iter;

use uuid::Uuid;

/// The most rows that a list gives at once, whatever was asked for.
pub const MAX_PAGE: u32 = 500;

/// The most rows that one statement writes: 25 columns of them stay far below SQLite's 32,766 parameters.
const MAX_ROWS: usize = 128;

/// How many rows a list shall give.
pub(crate) fn page(limit: u32) -> i64 {
    i64::from(limit.clamp(1, MAX_PAGE))
}

/// Parts of the rows whose lengths are powers of two, so that each statement exists in eight texts at most and stays
/// prepared.
pub(crate) fn chunks<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    iter::from_fn(move || {
        let size = 1 << rows.len().min(MAX_ROWS).checked_ilog2()?;
        let (chunk, rest) = rows.split_at(size);
        rows = rest;
        Some(chunk)
    })
}

/// The ids for an `IN (…)`, the last one repeated up to a power of two, for the same reason.
pub(crate) fn padded(ids: impl IntoIterator<Item = Uuid>) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = ids.into_iter().collect();
    if let Some(last) = ids.last().copied() {
        ids.resize(ids.len().next_power_of_two(), last);
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_powers_of_two_and_leave_nothing_out() {
        let rows: Vec<u32> = (0..300).collect();
        let chunks: Vec<&[u32]> = chunks(&rows).collect();
        assert_eq!(chunks.iter().map(|chunk| chunk.len()).collect::<Vec<_>>(), [128, 128, 32, 8, 4]);
        assert_eq!(chunks.concat(), rows);
    }
}
