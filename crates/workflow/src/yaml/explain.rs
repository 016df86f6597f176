//! What the YAML library says, in a person's words.

use serde_yaml::budget::BudgetBreach;
use serde_yaml::{Error, Location};

use super::node::{Data, Node};
use super::{Problem, budget, syntax};
use crate::diagnostic::Code;
use crate::source::{Position, Source, Span};

pub(super) fn explain(error: &Error, source: &Source<'_>) -> Problem {
    let span = span(&error.location().unwrap_or(Location::UNKNOWN), source);
    match without_wrapping(error) {
        Error::Budget { breach: BudgetBreach::Documents { .. }, .. } | Error::MultipleDocuments { .. } => {
            Problem::new(Code::Yaml, span, "a file holds one workflow, and a second begins here")
                .help("put it in a file of its own")
        }
        Error::Budget { breach: BudgetBreach::Depth { .. }, .. } => too_deep(span),
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasReplayCounterOverflow { .. } => too_many(span),
        Error::RecursiveReferencesRequireWeakTypes { .. } => Problem::new(
            Code::CyclicAlias,
            syntax::word(span, source),
            format!("`{}` stands within what it repeats", source.slice(syntax::word(span, source))),
        ),
        Error::UnknownAnchor { .. } => Problem::new(
            Code::Yaml,
            syntax::word(span, source),
            format!("no anchor above is called as `{}` says", source.slice(syntax::word(span, source))),
        )
        .help("a value that begins with `*` must be in quotes"),
        Error::NonFiniteFloat { value, .. } => Problem::new(
            Code::Yaml,
            syntax::word(span, source),
            format!("`{value}` is not a number that is taken here"),
        )
        .help("put it in quotes to have it as text"),
        Error::NullIntoString { .. } => Problem::new(Code::Yaml, span, "there is no key before this `:`"),
        Error::MergeValueNotMapOrSeqOfMaps { .. } => {
            Problem::new(Code::Yaml, span, "`<<` takes a map, or a list of maps")
        }
        Error::Message { msg, .. } => syntax::explain(msg, span, source),
        other => syntax::explain(&other.to_string(), span, source),
    }
}

/// An integer that the library has read as a float, as it has more than 64 bits.
pub(super) fn imprecise_number(node: &Node, source: &Source<'_>) -> Option<Problem> {
    match &node.data {
        Data::Number(number) if number.is_f64() => {
            let written = source.slice(node.span);
            let is_integer = written.trim_start_matches(['+', '-']).bytes().all(|byte| byte.is_ascii_digit());
            (is_integer && !written.is_empty()).then(|| {
                Problem::new(Code::Yaml, node.span, "the number is too large to be kept exactly")
                    .help("put it in quotes to have it as text")
            })
        }
        Data::List(items) => items.iter().find_map(|item| imprecise_number(item, source)),
        Data::Map(fields) => fields.iter().find_map(|(_, field)| imprecise_number(field, source)),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::Text(_) => None,
    }
}

pub(super) fn too_deep(span: Span) -> Problem {
    let message = format!("lists and maps are nested more than {} deep", budget::MAX_DEPTH);
    Problem::new(Code::TooComplex, span, message)
}

fn too_many(span: Span) -> Problem {
    Problem::new(Code::TooComplex, span, "the file has too many values")
        .help("an alias (`*name`) counts as all that it repeats")
}

fn without_wrapping(error: &Error) -> &Error {
    match error {
        Error::AliasError { error, .. } | Error::WithSnippet { error, .. } => without_wrapping(error),
        error => error,
    }
}

fn span(place: &Location, source: &Source<'_>) -> Span {
    let to_usize = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let position = Position { line: to_usize(place.line()).max(1), column: to_usize(place.column()).max(1) };
    let start = source.byte(position);
    Span::new(start, start)
}
