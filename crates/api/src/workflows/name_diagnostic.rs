//! The mistake of a text that is sent to the address of another workflow.

use bellhop_workflow::diagnostic::{Diagnostic, Severity};
use bellhop_workflow::ids::WorkflowName;

/// Says that the text names `actual` where `expected` is meant.
pub(crate) fn wrong_name(expected: &WorkflowName, actual: &WorkflowName, yaml: &str) -> Diagnostic {
    let (index, line) = yaml
        .lines()
        .enumerate()
        .find(|(_, line)| line.starts_with("name:"))
        .unwrap_or_else(|| (0, yaml.lines().next().unwrap_or_default()));
    let column = line.find(actual.as_str()).map_or(1, |at| line[..at].chars().count() + 1);
    Diagnostic {
        severity: Severity::Error,
        code: "name_mismatch".to_owned(),
        message: format!("the workflow at this address is called `{expected}`, not `{actual}`"),
        help: Some(format!("write `name: {expected}`, or create `{actual}` with `POST /api/v1/workflows`")),
        line: index + 1,
        column,
        end_line: index + 1,
        end_column: column + actual.as_str().chars().count(),
        path: "name".to_owned(),
        source_line: line.chars().take(400).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_the_name() {
        let yaml = "# a comment\nname: other\nsteps: []\n";
        let diagnostic = wrong_name(&WorkflowName::new("mine"), &WorkflowName::new("other"), yaml);
        assert_eq!((diagnostic.line, diagnostic.column, diagnostic.end_column), (2, 7, 12));
    }
}
