//! Where the values of a credential come from: the command line, standard input, or whoever sits at the terminal.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Read, Write};

use bellhop_vault::{CredentialKind, Secret};
use zeroize::Zeroizing;

use crate::cli::CliError;

/// The most that is read from standard input: far more than any key, far less than what a mistake may send.
const READ_AT_MOST: u64 = 1_024 * 1_024;

/// `--field NAME=VALUE`.
#[derive(Debug, Clone)]
pub(super) struct Assignment {
    field: String,
    value: Secret,
}

/// Reads `NAME=VALUE`. What is wrong with it is said without the value.
pub(super) fn assignment(text: &str) -> Result<Assignment, String> {
    match text.split_once('=') {
        Some((field, value)) if !field.is_empty() => {
            Ok(Assignment { field: field.to_owned(), value: Secret::from(value.to_owned()) })
        }
        _ => Err("expected FIELD=VALUE, or FIELD=- to read the value from standard input".to_owned()),
    }
}

/// The values of a credential of `kind`: those that were assigned; without any, what standard input gives or, where
/// that is a terminal, what is typed.
pub(super) fn gather(
    kind: CredentialKind,
    assigned: &[Assignment],
) -> Result<BTreeMap<String, Secret>, CliError> {
    if !assigned.is_empty() {
        return from_assignments(assigned);
    }
    if io::stdin().is_terminal() {
        return typed(kind);
    }
    from_text(kind, &standard_input()?)
}

/// Asks for each field. One that may be left out is, where nothing is typed.
fn typed(kind: CredentialKind) -> Result<BTreeMap<String, Secret>, CliError> {
    let mut values = BTreeMap::new();
    for &field in kind.fields() {
        let value = ask(field)?;
        if !(value.is_empty() && kind.is_optional(field)) {
            values.insert(field.to_owned(), value);
        }
    }
    Ok(values)
}

fn from_assignments(assigned: &[Assignment]) -> Result<BTreeMap<String, Secret>, CliError> {
    let mut values = BTreeMap::new();
    let mut standard_input_is_read = false;
    for Assignment { field, value } in assigned {
        let value = if value.expose() == "-" {
            if standard_input_is_read {
                return Err(CliError::usage("only one field can be read from standard input")
                    .with_help("leave --field out, and give all of them as one JSON object"));
            }
            standard_input_is_read = true;
            without_line_end(&standard_input()?)
        } else {
            value.clone()
        };
        if values.insert(field.clone(), value).is_some() {
            return Err(CliError::usage(format!("the field `{field}` is given twice")));
        }
    }
    Ok(values)
}

/// Reads a JSON object of texts, or, for a kind with one field, the value itself.
fn from_text(kind: CredentialKind, text: &Secret) -> Result<BTreeMap<String, Secret>, CliError> {
    // The parser's own words could repeat a part of what it read, so they are not passed on.
    if let Ok(values) = serde_json::from_str::<BTreeMap<String, String>>(text.expose()) {
        return Ok(values.into_iter().map(|(field, value)| (field, Secret::from(value))).collect());
    }
    let needed: Vec<_> = kind.fields().iter().filter(|field| !kind.is_optional(field)).collect();
    match needed[..] {
        [field] if !text.expose().trim_start().starts_with('{') => {
            Ok(BTreeMap::from([((*field).to_owned(), without_line_end(text))]))
        }
        _ => {
            let example = kind
                .fields()
                .iter()
                .map(|field| format!("\"{field}\": \"…\""))
                .collect::<Vec<_>>()
                .join(", ");
            Err(CliError::failed("standard input is not a JSON object of texts")
                .with_help(format!("expected {{{example}}}")))
        }
    }
}

fn standard_input() -> Result<Secret, CliError> {
    let mut bytes = Zeroizing::new(Vec::new());
    io::stdin()
        .lock()
        .take(READ_AT_MOST)
        .read_to_end(&mut bytes)
        .map_err(|error| CliError::failed(format!("cannot read standard input: {error}")))?;
    let text =
        std::str::from_utf8(&bytes).map_err(|_| CliError::failed("standard input is not UTF-8 text"))?;
    Ok(Secret::from(text.to_owned()))
}

fn without_line_end(text: &Secret) -> Secret {
    let text = text.expose();
    let text = text.strip_suffix('\n').unwrap_or(text);
    Secret::from(text.strip_suffix('\r').unwrap_or(text).to_owned())
}

/// Asks for a value. Only what is no secret is shown as it is typed.
fn ask(field: &str) -> Result<Secret, CliError> {
    let failed = |error: io::Error| CliError::failed(format!("cannot read `{field}`: {error}"));
    if matches!(field, "username" | "name" | "from") {
        write!(io::stderr(), "{field}: ").map_err(failed)?;
        let mut line = String::new();
        io::stdin().read_line(&mut line).map_err(failed)?;
        return Ok(without_line_end(&Secret::from(line)));
    }
    rpassword::prompt_password(format!("{field} (not shown): ")).map(Secret::from).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(kind: CredentialKind, text: &str) -> Option<Vec<(String, String)>> {
        let values = from_text(kind, &Secret::from(text.to_owned())).ok()?;
        Some(values.into_iter().map(|(field, value)| (field, value.expose().to_owned())).collect())
    }

    #[test]
    fn one_value_may_come_as_it_is() {
        let key = Some(vec![("api_key".to_owned(), "api_123".to_owned())]);
        assert_eq!(values(CredentialKind::Close, "api_123\n"), key);
        assert_eq!(values(CredentialKind::Close, "api_123\r\n"), key);
        assert_eq!(values(CredentialKind::Close, r#"{"api_key": "api_123"}"#), key);
    }

    #[test]
    fn several_values_come_as_an_object() {
        let pair =
            Some(vec![("password".to_owned(), "p".to_owned()), ("username".to_owned(), "u".to_owned())]);
        assert_eq!(values(CredentialKind::HttpBasic, r#"{"username": "u", "password": "p"}"#), pair);
        assert_eq!(values(CredentialKind::HttpBasic, "u:p"), None);
        assert_eq!(values(CredentialKind::Close, r#"{"api_key": "#), None);
    }

    #[test]
    fn a_mistake_is_reported_without_the_value() {
        let text = Secret::from(r#"{"username": "u", "password": p-secret}"#.to_owned());
        let error = from_text(CredentialKind::HttpBasic, &text).unwrap_err();
        assert!(!format!("{error:?}").contains("p-secret"));
    }

    #[test]
    fn a_value_may_have_an_equals_sign() {
        let assignment = assignment("token=abc==").unwrap();
        assert_eq!((assignment.field.as_str(), assignment.value.expose()), ("token", "abc=="));
    }
}
