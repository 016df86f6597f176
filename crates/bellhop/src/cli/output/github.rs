//! Findings as GitHub Actions reads them from a job's output: workflow commands, which it shows beside the lines of a
//! pull request (<https://docs.github.com/actions/reference/workflow-commands-for-github-actions>).

use bellhop_workflow::diagnostic::{Diagnostic, Severity};

/// A mistake in a file.
#[must_use]
pub fn diagnostic(diagnostic: &Diagnostic, file: &str) -> String {
    let mut properties = vec![("file", file.to_owned()), ("line", diagnostic.line.to_string())];
    properties.push(("endLine", diagnostic.end_line.to_string()));
    // Columns across several lines are refused there.
    if diagnostic.line == diagnostic.end_line {
        properties.push(("col", diagnostic.column.to_string()));
        properties.push(("endColumn", diagnostic.end_column.to_string()));
    }
    properties.push(("title", diagnostic.code.clone()));
    let message = match &diagnostic.help {
        Some(help) => format!("{}\nhelp: {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    let word = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    command(word, &properties, &message)
}

/// An error about a file, or a line of it.
#[must_use]
pub fn error(file: &str, line: Option<usize>, title: &str, message: &str) -> String {
    let mut properties = vec![("file", file.to_owned())];
    properties.extend(line.map(|line| ("line", line.to_string())));
    properties.push(("title", title.to_owned()));
    command("error", &properties, message)
}

fn command(word: &str, properties: &[(&str, String)], message: &str) -> String {
    let properties: Vec<String> =
        properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    format!("::{word} {}::{}", properties.join(","), data(message))
}

/// A line break would end the command, and a `%` begin an escape.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Between properties, `:` and `,` mean something too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding() -> Diagnostic {
        Diagnostic {
            severity: Severity::Warning,
            code: "unknown_key".to_owned(),
            message: "unknown key `a`: 100%".to_owned(),
            help: Some("one\r\ntwo".to_owned()),
            line: 3,
            column: 5,
            end_line: 3,
            end_column: 9,
            path: String::new(),
            source_line: String::new(),
        }
    }

    #[test]
    fn nothing_in_a_finding_can_begin_a_command_of_its_own() {
        assert_eq!(
            diagnostic(&finding(), "a,b:c.yaml"),
            "::warning file=a%2Cb%3Ac.yaml,line=3,endLine=3,col=5,endColumn=9,title=unknown_key\
             ::unknown key `a`: 100%25%0Ahelp: one%0D%0Atwo"
        );
    }

    #[test]
    fn columns_are_left_out_across_lines() {
        let across = Diagnostic { end_line: 4, ..finding() };
        assert!(!diagnostic(&across, "a.yaml").contains("col="));
    }
}
