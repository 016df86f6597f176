//! Aligned columns: lists under a heading, and names with their values.

use comfy_table::{Attribute, Color, ContentArrangement, Table as Grid};

use super::paint::{Paint, Tone};
use super::text;

/// One field of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    /// The text in the colour of `tone`, on one line and harmless.
    #[must_use]
    pub fn toned(text: &str, tone: Tone) -> Self {
        // Never cut: what is in a table is there to be copied.
        let line = text::clean(text);
        if line.is_empty() {
            Self { text: "-".to_owned(), tone: Tone::Dim }
        } else {
            Self { text: line, tone }
        }
    }

    /// A state, status or outcome in its colour.
    #[must_use]
    pub fn word(word: &str) -> Self {
        Self::toned(word, Tone::of(word))
    }

    /// Prose, cut after `limit` characters.
    #[must_use]
    pub fn prose(words: Option<&str>, limit: usize) -> Self {
        Self::from(text::one_line(words.unwrap_or_default(), limit).as_str())
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::toned(text, Tone::Plain)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Option<&str>> for Cell {
    fn from(text: Option<&str>) -> Self {
        Self::from(text.unwrap_or_default())
    }
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Self {
        Self::from(text.as_deref())
    }
}

/// A list under a heading.
#[derive(Debug)]
pub struct Table {
    heading: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table with nothing but its heading.
    #[must_use]
    pub fn new(heading: impl IntoIterator<Item = &'static str>) -> Self {
        Self { heading: heading.into_iter().collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The table as text, without a line break at its end.
    #[must_use]
    pub fn render(&self, paint: Paint) -> String {
        let mut grid = grid(paint);
        grid.set_header(self.heading.iter().map(|title| painted(title, Tone::Dim, paint)));
        lay_out(grid, &self.rows, paint)
    }
}

/// Names with their values, one a line; what has no value is left out.
#[derive(Debug, Default)]
pub struct Fields {
    rows: Vec<Vec<Cell>>,
}

impl Fields {
    /// Adds a value under its name, where there is one.
    pub fn add(&mut self, name: &str, value: impl Into<Cell>) {
        let value = value.into();
        if value.text != "-" {
            self.rows.push(vec![Cell::toned(name, Tone::Dim), value]);
        }
    }

    /// The fields as text, without a line break at the end.
    #[must_use]
    pub fn render(&self, paint: Paint) -> String {
        lay_out(grid(paint), &self.rows, paint)
    }
}

fn grid(paint: Paint) -> Grid {
    let mut grid = Grid::new();
    grid.load_style(comfy_table::presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    // Whether there are colours was decided already; the crate must not look at the terminal again.
    if paint.is_on() {
        grid.enforce_styling();
        // A painted space is not trimmed, and wraps a line that would have fitted.
        grid.style_text_only();
    } else {
        grid.force_no_tty();
    }
    grid
}

fn lay_out(mut grid: Grid, rows: &[Vec<Cell>], paint: Paint) -> String {
    for row in rows {
        grid.add_row(row.iter().map(|cell| painted(&cell.text, cell.tone, paint)).collect::<Vec<_>>());
    }
    for column in grid.column_iter_mut() {
        column.set_padding((0, 2));
    }
    grid.trim_fmt()
}

fn painted(text: &str, tone: Tone, paint: Paint) -> comfy_table::Cell {
    let cell = comfy_table::Cell::new(text);
    if !paint.is_on() {
        return cell;
    }
    match tone {
        Tone::Plain => cell,
        Tone::Good => cell.fg(Color::DarkGreen),
        Tone::Bad => cell.fg(Color::DarkRed),
        Tone::Busy => cell.fg(Color::DarkYellow),
        Tone::Dim => cell.add_attribute(Attribute::Dim),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_lines_have_no_tail() {
        let mut table = Table::new(["NAME", "STATE", "NOTE"]);
        table.row([Cell::from("won-deal"), Cell::word("active"), Cell::from(None::<&str>)]);
        table.row([Cell::from("große-reise"), Cell::word("inactive"), Cell::from("two\nlines")]);
        let expected = "\
NAME         STATE     NOTE
won-deal     active    -
große-reise  inactive  two lines";
        assert_eq!(table.render(Paint::OFF), expected);
    }

    #[test]
    fn colours_end_with_the_text() {
        let mut table = Table::new(["STATE", "ERROR"]);
        table.row([Cell::word("failed"), Cell::toned("short", Tone::Bad)]);
        table.row([Cell::word("succeeded"), Cell::from("much longer")]);
        let painted = table.render(Paint::ON);
        assert!(painted.contains("\x1b[38;5;1mfailed\x1b[39m     "), "{painted:?}");
        assert!(
            painted
                .lines()
                .all(|line| !line.trim_end_matches("\x1b[0m").trim_end_matches("\x1b[39m").ends_with(' '))
        );
    }

    #[test]
    fn a_field_without_a_value_is_left_out() {
        let mut fields = Fields::default();
        fields.add("name", "won-deal");
        fields.add("description", None::<&str>);
        fields.add("version", "3");
        assert_eq!(fields.render(Paint::OFF), "name     won-deal\nversion  3");
    }
}
