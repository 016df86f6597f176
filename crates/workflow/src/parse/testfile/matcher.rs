//! What a value is to look like: as it is written out, or a map of matchers.

use regex::RegexBuilder;

use super::super::context::Context;
use super::super::place::At;
use crate::diagnostic::Code;
use crate::testfile::{Comparison, Matcher, TypeWord};
use crate::yaml::Data;

/// The compiled size that a pattern may have, in bytes.
const MAX_PATTERN_BYTES: usize = 256 * 1024;

/// Reads what a value is to look like. A map that has only matchers' words for keys is matchers, any other stands for
/// its fields.
pub(super) fn read(context: &mut Context<'_>, at: &At<'_>) -> Option<Matcher> {
    match &at.node.data {
        Data::Map(entries) => {
            let words = entries.iter().filter(|(key, _)| Matcher::WORDS.contains(&key.name.as_str())).count();
            let fields = at.map(context)?.rest();
            if !fields.is_empty() && words == entries.len() {
                let all: Vec<Option<Matcher>> =
                    fields.into_iter().map(|(key, at)| matcher(context, &key.name, &at)).collect();
                let mut all = all.into_iter().collect::<Option<Vec<_>>>()?;
                return if all.len() == 1 { all.pop() } else { Some(Matcher::AllOf(all)) };
            }
            let fields: Vec<Option<_>> =
                fields.into_iter().map(|(key, at)| Some((key.name.clone(), read(context, &at)?))).collect();
            fields.into_iter().collect::<Option<_>>().map(Matcher::Fields)
        }
        Data::List(_) => list(context, at).map(Matcher::Items),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::Text(_) => {
            Some(Matcher::Equals(at.node.to_json()))
        }
    }
}

fn list(context: &mut Context<'_>, at: &At<'_>) -> Option<Vec<Matcher>> {
    let items: Vec<Option<Matcher>> = at.list(context)?.iter().map(|item| read(context, item)).collect();
    items.into_iter().collect()
}

fn matcher(context: &mut Context<'_>, word: &str, at: &At<'_>) -> Option<Matcher> {
    match word {
        "contains" => read(context, at).map(|inner| Matcher::Contains(Box::new(inner))),
        "equals" => Some(Matcher::Equals(super::value(context, at))),
        "matches" => pattern(context, at),
        "exists" => at.boolean(context).map(Matcher::Exists),
        "not" => read(context, at).map(|inner| Matcher::Not(Box::new(inner))),
        "any_of" => any_of(context, at),
        "gt" => compare(context, Comparison::Greater, at),
        "gte" => compare(context, Comparison::GreaterOrEqual, at),
        "lt" => compare(context, Comparison::Less, at),
        "lte" => compare(context, Comparison::LessOrEqual, at),
        "length" => length(context, at),
        _ => type_word(context, at),
    }
}

fn pattern(context: &mut Context<'_>, at: &At<'_>) -> Option<Matcher> {
    let text = at.text(context)?;
    match RegexBuilder::new(text).size_limit(MAX_PATTERN_BYTES).build() {
        Ok(pattern) => Some(Matcher::Matches(pattern)),
        Err(error) => {
            // The library draws the place on several lines; its last line says what is wrong.
            let said = error.to_string();
            let reason = said.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            context
                .error(Code::InvalidValue, at.span(), &at.path, format!("the pattern is wrong: {reason}"))
                .help("a `\\` before `.`, `(`, `[` and their like makes them stand for themselves");
            None
        }
    }
}

fn any_of(context: &mut Context<'_>, at: &At<'_>) -> Option<Matcher> {
    let items = list(context, at)?;
    if items.is_empty() {
        context
            .error(Code::MissingKey, at.span(), &at.path, "`any_of` has nothing to choose from")
            .help("give a list of what is taken");
        return None;
    }
    Some(Matcher::AnyOf(items))
}

fn compare(context: &mut Context<'_>, comparison: Comparison, at: &At<'_>) -> Option<Matcher> {
    let Data::Number(number) = &at.node.data else {
        at.wrong_type(context, "a number");
        return None;
    };
    Some(Matcher::Compare(comparison, number.clone()))
}

/// Reads how many there are to be: a number, or matchers of one.
pub(super) fn count(context: &mut Context<'_>, at: &At<'_>) -> Option<Matcher> {
    match &at.node.data {
        Data::Number(number) if number.as_u64().is_some() => read(context, at),
        Data::Map(_) => read(context, at),
        _ => {
            at.wrong_type(context, "a whole number, or `{ gte: … }` and the like");
            None
        }
    }
}

fn length(context: &mut Context<'_>, at: &At<'_>) -> Option<Matcher> {
    count(context, at).map(|inner| Matcher::Length(Box::new(inner)))
}

fn type_word(context: &mut Context<'_>, at: &At<'_>) -> Option<Matcher> {
    if at.is_null() {
        return Some(Matcher::Is(TypeWord::Null));
    }
    let words = TypeWord::ALL.map(TypeWord::as_str);
    let word = at.choice(context, &words)?;
    TypeWord::ALL.into_iter().find(|known| known.as_str() == word).map(Matcher::Is)
}
