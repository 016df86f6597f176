//! The keys by which a second delivery of an event is known, as they are stored.
//!
//! Most are an event's id, an `@` and an instant. Stored with the instant first, what comes together lies together in
//! their index. By a vendor's ids it would lie anywhere in it, and each cost a page of its own, written twice.

use crate::text;

/// As it is stored.
pub(crate) fn to_stored(key: &str) -> String {
    turned(text::key(key))
}

/// As it was given.
pub(crate) fn from_stored(stored: String) -> String {
    turned(stored)
}

/// Its two parts in the other order. One with more or fewer is as it is, so that no two become the same.
fn turned(key: String) -> String {
    match key.split_once('@') {
        Some((first, second)) if !second.contains('@') => format!("{second}@{first}"),
        _ => key,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const KEYS: [&str; 8] =
        ["ev_1@2026", "2026@ev_1", "ev_1", "@ev_1", "ev_1@", "a@b@c", "c@b@a", "published:a@ev@1"];

    #[test]
    fn the_instant_stands_first() {
        assert_eq!(to_stored("ev_1@2026-03-02T12:00:00.000000Z"), "2026-03-02T12:00:00.000000Z@ev_1");
    }

    #[test]
    fn each_comes_back_as_it_was_and_no_two_become_one() {
        for key in KEYS {
            assert_eq!(from_stored(to_stored(key)), key);
        }
        assert_eq!(KEYS.iter().map(|key| to_stored(key)).collect::<HashSet<_>>().len(), KEYS.len());
    }

    #[test]
    fn one_that_is_too_long_is_stored_again_as_it_was() {
        let stored = to_stored(&format!("{}@2026", "a".repeat(5_000)));
        assert_eq!(to_stored(&from_stored(stored.clone())), stored);
    }
}
