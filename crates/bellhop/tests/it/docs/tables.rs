//! Tables of Markdown.

/// A row of a table, by its cells.
pub(super) struct Row {
    /// The heading of the second level that it stands under.
    pub(super) section: String,
    /// The line it is on, from 1.
    pub(super) line: usize,
    pub(super) cells: Vec<String>,
}

/// The rows of all tables, without their heads.
pub(super) fn rows(text: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut section = String::new();
    let mut in_table = false;
    for (index, line) in text.lines().enumerate() {
        if let Some(heading) = line.strip_prefix("## ") {
            heading.clone_into(&mut section);
        }
        let is_row = line.starts_with('|');
        if is_row && in_table && !line.starts_with("|---") {
            rows.push(Row { section: section.clone(), line: index + 1, cells: cells(line) });
        }
        in_table = is_row;
    }
    rows
}

/// What stands between the bars; one that is written `\|` is a part of its cell.
fn cells(line: &str) -> Vec<String> {
    let hidden = line.trim().replace("\\|", "\u{0}");
    let inner = hidden.trim_matches('|').split('|');
    inner.map(|cell| cell.trim().replace('\u{0}', "|")).collect()
}

/// What stands between backquotes.
pub(super) fn code(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}
