//! Names of credentials. They are written out, never computed: what a workflow can use is plain to see.

use super::context::Context;
use super::place::At;
use crate::diagnostic::Code;
use crate::ids::CredentialName;

/// The name that Close's trigger and step use where none is given.
pub(super) const CLOSE: &str = "close";

const MAX_LENGTH: usize = 63;

/// Reads a credential's name.
pub(super) fn name(context: &mut Context<'_>, at: &At<'_>) -> Option<CredentialName> {
    let text = at.text(context)?;
    let is_valid = text.len() <= MAX_LENGTH
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_');
    if is_valid {
        return Some(CredentialName::new(text));
    }
    let note = context.error(Code::InvalidName, at.span(), &at.path, "this is not the name of a credential");
    note.help(if text.contains("${{") {
        "a credential is named outright, not by an expression"
    } else {
        "a name begins with a letter and has letters, digits, `-` and `_`; the secret itself goes to `bellhop credentials set`"
    });
    None
}

/// Reads `{ credential: NAME }`.
pub(super) fn reference(context: &mut Context<'_>, at: &At<'_>) -> Option<CredentialName> {
    let mut fields = at.map(context)?;
    let found = fields.require(context, "credential").and_then(|at| name(context, &at));
    fields.finish(context, &["credential"]);
    found
}
