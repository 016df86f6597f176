//! Text as both databases take it.

use sha2::{Digest, Sha256};

/// The longest text that goes into an index: PostgreSQL refuses an index entry of more than 2,704 bytes.
const LONGEST_KEY: usize = 512;

/// How much of a longer one is kept for people to recognise it by.
const KEPT: usize = 128;

/// The text without NUL, which PostgreSQL has no place for: U+FFFD stands where one was.
pub(crate) fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// The same for text that may be absent.
pub(crate) fn storable_option(text: Option<&str>) -> Option<String> {
    text.map(storable)
}

/// Text from a sender that is looked up by: one of any length stays itself to the eye, distinct from every other and
/// short enough for an index.
pub(crate) fn key(text: &str) -> String {
    if text.len() <= LONGEST_KEY {
        return storable(text);
    }
    let digest = hex::encode(Sha256::digest(text.as_bytes()));
    format!("{}…{digest}", storable(&text[..text.floor_char_boundary(KEPT)]))
}

/// A pattern for `LIKE … ESCAPE '\'` that matches whatever contains the text.
pub(crate) fn containing(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for character in storable(text).chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_keys_stay_distinct_and_fit_an_index() {
        let (one, other) = (format!("{}a", "ü".repeat(5_000)), format!("{}b", "ü".repeat(5_000)));
        assert_ne!(key(&one), key(&other));
        assert!(key(&one).starts_with("üü"));
        assert!(key(&one).len() <= LONGEST_KEY);
    }

    #[test]
    fn a_pattern_takes_wildcards_literally() {
        assert_eq!(containing(r"50%_\"), r"%50\%\_\\%");
    }
}
