//! A diagnostic as the Rust compiler would show it.

use std::fmt::Write;

use super::Diagnostic;

/// A tab is shown as this many spaces, so that the marks stand under what they mean.
const TAB: &str = "    ";

pub(super) fn render(diagnostic: &Diagnostic, file: &str) -> String {
    let mut text = String::new();
    // Writing to a `String` cannot fail.
    let _ = write_all(&mut text, diagnostic, file);
    text
}

fn write_all(text: &mut String, diagnostic: &Diagnostic, file: &str) -> std::fmt::Result {
    let Diagnostic { severity, code, message, line, column, .. } = diagnostic;
    writeln!(text, "{}[{code}]: {}", severity.as_str(), printable(message))?;
    let number = line.to_string();
    let margin = " ".repeat(number.len());
    writeln!(text, "{margin}--> {}:{line}:{column}", printable(file))?;
    if let Some(marks) = marks(diagnostic) {
        writeln!(text, "{margin} |")?;
        writeln!(text, "{number} | {}", printable(&diagnostic.source_line).trim_end())?;
        writeln!(text, "{margin} | {marks}")?;
    }
    if let Some(help) = &diagnostic.help {
        for (index, line) in help.lines().enumerate() {
            let label = if index == 0 { "= help:" } else { "       " };
            writeln!(text, "{margin} {label} {}", printable(line))?;
        }
    }
    Ok(())
}

/// The `^^^^` under the place; none where the line that was kept does not reach it.
fn marks(diagnostic: &Diagnostic) -> Option<String> {
    let before: Vec<char> =
        diagnostic.source_line.chars().take(diagnostic.column.saturating_sub(1)).collect();
    let length = diagnostic.source_line.chars().count();
    if diagnostic.source_line.trim().is_empty() || diagnostic.column > length + 1 {
        return None;
    }
    let end = if diagnostic.end_line == diagnostic.line { diagnostic.end_column } else { length + 1 };
    let wide = end.min(length + 1).saturating_sub(diagnostic.column).max(1);
    let indent: String = before.iter().map(|&letter| if letter == '\t' { TAB } else { " " }).collect();
    Some(indent + &"^".repeat(wide))
}

/// The text without what could steer a terminal.
fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\t' => out.push_str(TAB),
            letter if steers(letter) => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
    out
}

/// Control characters, and those that turn the direction of writing, which can make a line read as another.
fn steers(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
