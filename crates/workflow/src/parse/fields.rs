//! The fields of a map, taken one by one, so that in the end what nobody took is what nobody knows.

use std::collections::HashMap;

use super::context::Context;
use super::place::At;
use super::suggest::{called_otherwise, did_you_mean};
use crate::diagnostic::Code;
use crate::source::Span;
use crate::yaml::{Key, Node};

/// The fields of a map.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    at: At<'a>,
    left: Vec<(&'a Key, &'a Node)>,
    names: Vec<&'a str>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(context: &mut Context<'_>, at: &At<'a>, entries: &'a [(Key, Node)]) -> Self {
        let mut first: HashMap<&str, &Key> = HashMap::new();
        let mut left = Vec::new();
        for (key, value) in entries {
            if let Some(earlier) = first.get(key.name.as_str()) {
                let (line, again) = (
                    context.source().position(earlier.span.start).line,
                    context.source().position(key.span.start).line,
                );
                let message = format!("`{}` is here twice: on line {line} and on line {again}", key.name);
                let path = at.child(&key.name, value).path;
                context.error(Code::DuplicateKey, key.span, &path, message).help("keep one of the two");
                continue;
            }
            first.insert(&key.name, key);
            left.push((key, value));
        }
        let names = left.iter().map(|(key, _)| key.name.as_str()).collect();
        Self { at: at.clone(), left, names }
    }

    /// Where the map is.
    pub(super) fn at(&self) -> &At<'a> {
        &self.at
    }

    /// The names of all its fields, in the order of the file.
    pub(super) fn names(&self) -> &[&'a str] {
        &self.names
    }

    /// Whether it has, or had, fields of other names than these.
    pub(super) fn has_others(&self, known: &[&str]) -> bool {
        self.names.iter().any(|name| !known.contains(name))
    }

    /// Takes a field.
    pub(super) fn take(&mut self, name: &str) -> Option<At<'a>> {
        self.take_with_key(name).map(|(_, value)| value)
    }

    /// Takes a field, with the place of its key.
    pub(super) fn take_with_key(&mut self, name: &str) -> Option<(Span, At<'a>)> {
        let index = self.left.iter().position(|(key, _)| key.name == name)?;
        let (key, value) = self.left.remove(index);
        Some((key.span, self.at.child(&key.name, value)))
    }

    /// Takes a field; notes where there is none.
    pub(super) fn require(&mut self, context: &mut Context<'_>, name: &str) -> Option<At<'a>> {
        let field = self.take(name);
        if field.is_none() {
            self.missing(context, name);
        }
        field
    }

    /// Notes that a field is missing.
    pub(super) fn missing(&self, context: &mut Context<'_>, name: &str) {
        let message = format!("{} needs `{name}`", self.at.label());
        context
            .error(Code::MissingKey, self.at.span(), &self.at.path, message)
            .help(format!("add `{name}:`"));
    }

    /// Whether nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// All that is left, for a map whose keys are the user's own.
    pub(super) fn rest(self) -> Vec<(&'a Key, At<'a>)> {
        let at = self.at;
        self.left.into_iter().map(|(key, value)| (key, at.child(&key.name, value))).collect()
    }

    /// Notes every field that was not taken: one of `later` as not in this version yet, any other as unknown, with
    /// the nearest of `known`.
    pub(super) fn finish(self, context: &mut Context<'_>, known: &[&str], later: &[&str]) {
        let has: Vec<&str> = self.names.clone();
        for (key, at) in self.rest() {
            if context.is_full() {
                break;
            }
            if later.contains(&key.name.as_str()) {
                not_yet(context, key.span, &at.path, &format!("`{}`", key.name));
                continue;
            }
            // A key that is there already is no help, unless it is the only near one.
            let free = known.iter().copied().filter(|name| !has.contains(name));
            let meant = did_you_mean(&key.name, free.chain(later.iter().copied()));
            let help = meant.or_else(|| called_otherwise(&key.name, known)).unwrap_or_else(|| {
                if known.is_empty() {
                    return "nothing is taken here".to_owned();
                }
                let list: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
                format!("known here: {}", list.join(", "))
            });
            context
                .error(Code::UnknownKey, key.span, &at.path, format!("unknown key `{}`", key.name))
                .help(help);
        }
    }
}

/// Notes a part of the language that this version does not have.
pub(super) fn not_yet(context: &mut Context<'_>, span: Span, path: &str, what: &str) {
    let message = format!("{what} is part of the language, but this version of Bellhop does not have it yet");
    context.error(Code::NotYet, span, path, message);
}
