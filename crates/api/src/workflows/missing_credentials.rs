//! A warning for each credential that a workflow names and nobody has stored yet.

use std::collections::BTreeMap;

use bellhop_vault::CredentialKind;
use bellhop_workflow::diagnostic::{Diagnostic, Severity};
use bellhop_workflow::ids::CredentialName;
use bellhop_workflow::model::Workflow;

use super::credential_uses::credential_uses;
use crate::problem::Problem;
use crate::state::ApiState;

/// The longest piece of a line that a diagnostic shows, in characters.
const LONGEST_LINE: usize = 400;

/// The warnings, by the credential's name. It is no error: a workflow may well be stored before its credentials are.
pub(crate) async fn missing_credentials(
    state: &ApiState,
    workflow: &Workflow,
    yaml: &str,
) -> Result<Vec<Diagnostic>, Problem> {
    let mut missing: BTreeMap<CredentialName, Option<CredentialKind>> = credential_uses(workflow);
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    for known in state.credentials.list().await? {
        missing.remove(&known.name);
    }
    Ok(missing.into_iter().map(|(name, kind)| warning(&name, kind, yaml)).collect())
}

/// The command that stores a credential.
pub(crate) fn command(name: &CredentialName, kind: Option<CredentialKind>) -> String {
    format!("bellhop credentials set {name} --kind {}", kind.map_or("KIND", CredentialKind::as_str))
}

fn warning(name: &CredentialName, kind: Option<CredentialKind>, yaml: &str) -> Diagnostic {
    let (line, column, source_line) = place(name.as_str(), yaml);
    Diagnostic {
        severity: Severity::Warning,
        code: "missing_credential".to_owned(),
        message: format!("there is no credential `{name}` yet"),
        help: Some(format!("store it before the workflow runs: {}", command(name, kind))),
        line,
        column,
        end_line: line,
        end_column: column + name.as_str().chars().count(),
        path: String::new(),
        source_line: source_line.chars().take(LONGEST_LINE).collect(),
    }
}

/// Where the text names the credential: line and column, counted from 1, and the line. The language keeps no places of
/// what it has found good, so this looks for the word, after `credential:` first.
fn place<'a>(name: &str, yaml: &'a str) -> (usize, usize, &'a str) {
    let lines = || yaml.lines().enumerate();
    let found = lines()
        .find_map(|(index, line)| {
            let value = line.find("credential:")? + "credential:".len();
            word(&line[value..], name).map(|at| (index, line, value + at))
        })
        .or_else(|| lines().find_map(|(index, line)| word(line, name).map(|at| (index, line, at))));
    match found {
        Some((index, line, at)) => (index + 1, line[..at].chars().count() + 1, line),
        None => (1, 1, yaml.lines().next().unwrap_or_default()),
    }
}

/// The byte that `word` begins at in `line`, where it stands there by itself.
fn word(line: &str, word: &str) -> Option<usize> {
    let part_of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    line.match_indices(word).map(|(at, _)| at).find(|&at| {
        let before = at.checked_sub(1).map(|before| line.as_bytes()[before]);
        let after = line.as_bytes().get(at + word.len()).copied();
        !before.is_some_and(part_of_name) && !after.is_some_and(part_of_name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_where_the_credential_is_named() {
        let yaml = "name: crm\nsteps:\n  - uses: http\n    with: { auth: { credential: crm-2 } }\n    auth: { credential: crm }\n";
        assert_eq!(place("crm", yaml).0, 5);
        assert_eq!(place("crm", yaml).1, 25);
    }

    #[test]
    fn a_default_is_placed_where_its_kind_is_named() {
        let yaml = "name: x\ntriggers:\n  - close:\n      events: [lead.created]\n";
        let (line, column, source_line) = place("close", yaml);
        assert_eq!((line, column, source_line), (3, 5, "  - close:"));
    }
}
