//! Values in a message: as JSON, and no longer than can be read.

use serde_json::Value;

/// The longest value that is shown whole, in characters.
const MAX_SHOWN: usize = 200;

/// How much of what two texts have in common is shown around what differs.
const AROUND: usize = 20;

/// The value as JSON on one line, cut where it is long.
pub(crate) fn shown(value: &Value) -> String {
    cut(&value.to_string())
}

pub(crate) fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}… ({} characters)", &text[..end], text.chars().count()),
        None => text.to_owned(),
    }
}

/// Two texts that differ, as JSON. Of long ones, what they have in common at the beginning and at the end is left out.
pub(super) fn both(one: &str, other: &str) -> (String, String) {
    let [a, b]: [Vec<char>; 2] = [one.chars().collect(), other.chars().collect()];
    if a.len().max(b.len()) <= MAX_SHOWN / 2 {
        return (quoted(one), quoted(other));
    }
    let before = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let shorter = a.len().min(b.len()) - before;
    let after = a.iter().rev().zip(b.iter().rev()).take(shorter).take_while(|(a, b)| a == b).count();
    let part = |text: &[char]| {
        let from = before.saturating_sub(AROUND);
        let to = (text.len() - after + AROUND).min(text.len());
        let inside: String = text[from..to].iter().collect();
        let left = if from > 0 { "…" } else { "" };
        let right = if to < text.len() { "…" } else { "" };
        cut(&format!("{left}{}{right}", quoted(&inside)))
    };
    (part(&a), part(&b))
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_long_texts_only_what_differs_is_shown() {
        let common = "x".repeat(300);
        let (one, other) = both(&format!("{common}one{common}"), &format!("{common}two{common}"));
        let around = "x".repeat(AROUND);
        assert_eq!(one, format!("…\"{around}one{around}\"…"));
        assert_eq!(other, format!("…\"{around}two{around}\"…"));
        assert_eq!(both("a", "b"), ("\"a\"".to_owned(), "\"b\"".to_owned()));
        let (one, other) = both(&common, &format!("{common}x"));
        assert!(one.len() < 40 && other.len() < 40, "{one} {other}");
    }

    #[test]
    fn a_long_value_is_cut() {
        let long = shown(&Value::from("ä".repeat(1_000)));
        assert!(long.ends_with("… (1002 characters)"), "{long}");
    }
}
