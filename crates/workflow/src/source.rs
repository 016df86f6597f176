//! The text of a file, and the way from a byte of it to a line and a column.

/// The longest part of a line that a diagnostic carries, in characters.
const MAX_SHOWN: usize = 2_000;

/// A part of a file, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Span {
    pub(crate) const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }
}

/// A line and a column, both from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// A file.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    text: &'a str,
    /// Where each line begins.
    lines: Vec<usize>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let after_breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, lines: std::iter::once(0).chain(after_breaks).collect() }
    }

    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// What a span covers; nothing where it does not lie on characters.
    pub(crate) fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// The line and column of a byte; of the next character for one inside a character, and of the end of the file
    /// for one beyond it.
    pub(crate) fn position(&self, byte: usize) -> Position {
        let byte = self.text.ceil_char_boundary(byte.min(self.text.len()));
        let index = self.lines.partition_point(|&start| start <= byte).saturating_sub(1);
        let before = self.text.get(self.lines[index]..byte).unwrap_or_default();
        Position { line: index + 1, column: before.chars().count() + 1 }
    }

    /// The byte of a line and a column, or the nearest there is.
    pub(crate) fn byte(&self, position: Position) -> usize {
        let Some(&start) = self.lines.get(position.line.saturating_sub(1)) else { return self.text.len() };
        let line = self.line(position.line);
        let within = line.char_indices().nth(position.column.saturating_sub(1));
        start + within.map_or(line.len(), |(at, _)| at)
    }

    /// A line without its break.
    pub(crate) fn line(&self, number: usize) -> &'a str {
        let index = number.saturating_sub(1);
        let Some(&start) = self.lines.get(index) else { return "" };
        let end = self.lines.get(index + 1).copied().unwrap_or(self.text.len());
        self.text[start..end].trim_end_matches(['\n', '\r'])
    }

    /// The beginning of a line, as much of it as a diagnostic carries.
    pub(crate) fn shown_line(&self, number: usize) -> String {
        self.line(number).chars().take(MAX_SHOWN).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_may_end_in_two_ways() {
        let source = Source::new("é: 1\r\nß: 2\n");
        let byte = source.text().find('2').unwrap();
        assert_eq!(source.position(byte), Position { line: 2, column: 4 });
        assert_eq!(source.byte(Position { line: 2, column: 4 }), byte);
        assert_eq!(source.line(1), "é: 1");
        assert_eq!(source.position(999), Position { line: 3, column: 1 });
    }
}
