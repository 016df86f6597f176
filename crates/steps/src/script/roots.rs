//! Which roots of the scope a script mentions: only these are handed over. An event of megabytes costs nothing where
//! nobody looks at it.

use std::collections::HashSet;

use bellhop_workflow::expression::Scope;

/// The roots that the code mentions, each with its JSON text. A word in a comment or a text counts: too much is only
/// slow, too little would be wrong.
pub(super) fn mentioned(code: &str, scope: &Scope) -> Vec<(String, String)> {
    let words: HashSet<&str> = code.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).collect();
    scope
        .roots()
        .filter(|root| words.contains(root))
        .filter_map(|root| Some((root.to_owned(), scope.json(root)?)))
        .collect()
}
