//! Text from elsewhere, made fit to be shown.

use std::borrow::Cow;

use serde_json::Value;

/// Makes characters harmless that would steer a terminal or turn the text around; line breaks and tabs stay.
#[must_use]
pub fn harmless(text: &str) -> Cow<'_, str> {
    let harmful = |c: char| {
        (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if text.contains(harmful) { Cow::Owned(text.replace(harmful, "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// The whole text on one line.
#[must_use]
pub fn clean(text: &str) -> String {
    one_line(text, usize::MAX)
}

/// The text on one line, cut after `limit` characters where it is longer.
#[must_use]
pub fn one_line(text: &str, limit: usize) -> String {
    let text = harmless(text);
    let mut line = String::new();
    for (index, word) in text.split_whitespace().enumerate() {
        if index > 0 {
            line.push(' ');
        }
        line.push_str(word);
    }
    match line.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or(&line).trim_end()),
        None => line,
    }
}

/// The text with every line but the first moved to the right, and harmless.
#[must_use]
pub fn indented(text: &str, by: &str) -> String {
    harmless(text.trim_end()).replace('\n', &format!("\n{by}"))
}

/// JSON for a person: text as itself, all else as JSON on several lines.
#[must_use]
pub fn json(value: &Value) -> String {
    match value {
        Value::String(text) => harmless(text).into_owned(),
        other => harmless(&format!("{other:#}")).into_owned(),
    }
}

/// So many of something: `kind` is its plural.
#[must_use]
pub fn counted(count: u64, kind: &str) -> String {
    let one = || {
        kind.strip_suffix("ies")
            .map_or_else(|| kind.trim_end_matches('s').to_owned(), |stem| format!("{stem}y"))
    };
    if count == 1 { format!("1 {}", one()) } else { format!("{count} {kind}") }
}

/// A number of bytes in a unit that suits it.
#[must_use]
pub fn bytes(count: u64) -> String {
    const KIB: u64 = 1_024;
    const MIB: u64 = 1_024 * KIB;
    match count {
        0..KIB => format!("{count} B"),
        KIB..MIB => format!("{}.{} KiB", count / KIB, count % KIB * 10 / KIB),
        MIB.. => format!("{}.{} MiB", count / MIB, count % MIB * 10 / MIB),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_events_text_cannot_steer_the_terminal() {
        assert_eq!(harmless("\x1b[2Jgone\u{9b}\u{202e}\r\n"), "\u{fffd}[2Jgone\u{fffd}\u{fffd}\u{fffd}\n");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(one_line("grüße\n  an  alle", 8), "grüße an…");
        assert_eq!(one_line("grüße an", 8), "grüße an");
    }

    #[test]
    fn one_of_many_is_called_by_its_singular() {
        assert_eq!(counted(1, "deliveries"), "1 delivery");
        assert_eq!(counted(1, "durable keys"), "1 durable key");
        assert_eq!(counted(0, "workflows"), "0 workflows");
    }

    #[test]
    fn sizes_have_a_unit() {
        assert_eq!(bytes(1_023), "1023 B");
        assert_eq!(bytes(1_536), "1.5 KiB");
        assert_eq!(bytes(3 * 1_048_576), "3.0 MiB");
    }
}
