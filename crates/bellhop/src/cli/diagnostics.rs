//! Mistakes in workflow files, on a terminal.

use bellhop_workflow::diagnostic::{Diagnostic, Severity};
use serde_json::Value;

use super::output::Paint;

/// The diagnostics below each other, with an empty line between them. Ends with a line break, unless there are none.
pub(super) fn render(diagnostics: &[Diagnostic], file: &str, paint: Paint) -> String {
    diagnostics.iter().map(|diagnostic| render_one(diagnostic, file, paint)).collect::<Vec<_>>().join("\n")
}

fn render_one(diagnostic: &Diagnostic, file: &str, paint: Paint) -> String {
    let text = diagnostic.render(file);
    if !paint.is_on() {
        return text;
    }
    let alarm = |text: &str| match diagnostic.severity {
        Severity::Error => paint.bad(text),
        Severity::Warning => paint.warning(text),
    };
    text.split_inclusive('\n')
        .enumerate()
        .map(|(index, line)| match line.split_once(':') {
            Some((kind, rest)) if index == 0 => format!("{}:{rest}", alarm(kind)),
            _ => framed(line, paint, alarm),
        })
        .collect()
}

/// A line below the first one, with its frame, its marks and the word `help` set apart.
fn framed(line: &str, paint: Paint, alarm: impl Fn(&str) -> String) -> String {
    let inside = line.trim_start_matches(|letter: char| letter == ' ' || letter.is_ascii_digit());
    let margin = &line[..line.len() - inside.len()];
    if let Some(rest) = inside.strip_prefix("-->") {
        return format!("{margin}{}{rest}", paint.frame("-->"));
    }
    if let Some(rest) = inside.strip_prefix("= help:") {
        return format!("{margin}{} {}{rest}", paint.frame("="), paint.strong("help:"));
    }
    let Some(rest) = inside.strip_prefix('|') else { return line.to_owned() };
    let marks = rest.trim();
    let is_marks = margin.trim().is_empty() && !marks.is_empty() && marks.bytes().all(|byte| byte == b'^');
    let rest = if is_marks { rest.replace(marks, &alarm(marks)) } else { rest.to_owned() };
    format!("{}{rest}", paint.frame(&format!("{margin}|")))
}

/// Reads what a server sent. The line of the file is not among what every server sends.
pub(super) fn read(value: &Value) -> Option<Diagnostic> {
    let mut fields = value.as_object()?.clone();
    fields.entry("source_line").or_insert_with(|| "".into());
    serde_json::from_value(Value::Object(fields)).ok()
}

/// How many of them are errors, and how many warnings.
pub(super) fn count(diagnostics: &[Diagnostic]) -> (usize, usize) {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    (errors, diagnostics.len() - errors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_add_nothing_that_can_be_read() {
        let yaml = "name: demo\ntrigers: []\nsteps: []\n";
        let found = bellhop_workflow::parse(yaml, bellhop_trigger::catalogue::catalogue()).unwrap_err();
        let plain = render(&found, "a.yaml", Paint::OFF);
        let mut rest = render(&found, "a.yaml", Paint::ON);
        assert!(rest.contains("\x1b[1;31m^^^^^^^\x1b[0m"), "{rest}");
        for code in ["\x1b[1;31m", "\x1b[1;34m", "\x1b[1m", "\x1b[0m"] {
            rest = rest.replace(code, "");
        }
        assert_eq!(rest, plain);
    }
}
