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
    match text.split_once(':') {
        Some((kind, rest)) => {
            let kind = match diagnostic.severity {
                Severity::Error => paint.bad(kind),
                Severity::Warning => paint.warning(kind),
            };
            format!("{kind}:{rest}")
        }
        None => text,
    }
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
