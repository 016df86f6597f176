//! A value of the tree together with its path, and the first things to ask of it.

use std::collections::HashSet;

use super::context::Context;
use super::fields::Fields;
use super::mend;
use super::suggest::{did_you_mean, listed};
use crate::diagnostic::Code;
use crate::source::Span;
use crate::yaml::{Data, Node};

/// The longest part of a key that a path shows, in characters: a key may be as long as the file.
const MAX_SHOWN: usize = 80;

/// A value and where it is.
#[derive(Debug, Clone)]
pub(super) struct At<'a> {
    pub(super) node: &'a Node,
    /// `steps[2].with.url`; empty for the root.
    pub(super) path: String,
}

impl<'a> At<'a> {
    pub(super) fn root(node: &'a Node) -> Self {
        Self { node, path: String::new() }
    }

    pub(super) fn child(&self, name: &str, node: &'a Node) -> Self {
        let end = name.char_indices().nth(MAX_SHOWN).map_or(name.len(), |(end, _)| end);
        let name = &name[..end];
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        Self { node, path }
    }

    pub(super) fn item(&self, index: usize, node: &'a Node) -> Self {
        Self { node, path: format!("{}[{index}]", self.path) }
    }

    pub(super) fn span(&self) -> Span {
        self.node.span
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self.node.data, Data::Null)
    }

    /// Its text, where it is text.
    pub(super) fn as_text(&self) -> Option<&'a str> {
        if let Data::Text(text) = &self.node.data { Some(text) } else { None }
    }

    /// The field of that name, the first of several; none where there is none, or where it is no map.
    pub(super) fn field(&self, name: &str) -> Option<At<'a>> {
        let Data::Map(entries) = &self.node.data else { return None };
        entries.iter().find(|(key, _)| key.name == name).map(|(_, value)| self.child(name, value))
    }

    /// Its fields, the first of several of one name; none where it is no map.
    pub(super) fn entries(&self) -> Vec<(&'a str, At<'a>)> {
        let Data::Map(entries) = &self.node.data else { return Vec::new() };
        let mut seen = HashSet::new();
        let first = entries.iter().filter(|(key, _)| seen.insert(key.name.as_str()));
        first.map(|(key, value)| (key.name.as_str(), self.child(&key.name, value))).collect()
    }

    /// Its items; none where it is no list.
    pub(super) fn items(&self) -> Vec<At<'a>> {
        let Data::List(items) = &self.node.data else { return Vec::new() };
        items.iter().enumerate().map(|(index, item)| self.item(index, item)).collect()
    }

    /// What a message calls it: its key, or the list that it is in.
    pub(super) fn label(&self) -> String {
        if self.path.is_empty() {
            return "a workflow".to_owned();
        }
        let last = self.path.rsplit('.').next().unwrap_or(&self.path);
        match last.split_once('[') {
            Some((parent, _)) => format!("this item of `{parent}`"),
            None => format!("`{last}`"),
        }
    }

    /// Notes that it is something else than what it must be.
    pub(super) fn wrong_type(&self, context: &mut Context<'_>, wanted: &str) {
        let help = mend::of_type(self, wanted);
        self.wrong_type_with(context, wanted, help);
    }

    /// The same with a hint of one's own.
    pub(super) fn wrong_type_with(
        &self,
        context: &mut Context<'_>,
        wanted: &str,
        help: impl Into<Option<String>>,
    ) {
        let message = format!("{} must be {wanted}, found {}", self.label(), self.node.data.kind());
        context.error(Code::WrongType, self.span(), &self.path, message).maybe_help(help.into());
    }

    /// Its text; notes where it is none.
    pub(super) fn text(&self, context: &mut Context<'_>) -> Option<&'a str> {
        let text = self.as_text();
        if text.is_none() {
            self.wrong_type(context, "text");
        }
        text
    }

    /// Its truth; notes where it is none.
    pub(super) fn boolean(&self, context: &mut Context<'_>) -> Option<bool> {
        if let Data::Bool(truth) = self.node.data {
            return Some(truth);
        }
        self.wrong_type(context, "true or false");
        None
    }

    /// Its text where that is one of `known`; notes where it is not.
    pub(super) fn choice<'k>(&self, context: &mut Context<'_>, known: &[&'k str]) -> Option<&'k str> {
        let text = self.text(context)?;
        let found = known.iter().copied().find(|word| *word == text);
        if found.is_none() {
            let shown: String = text.chars().take(60).collect();
            let message = format!("{} cannot be `{shown}`", self.label());
            let help = did_you_mean(text, known.iter().copied())
                .unwrap_or_else(|| format!("it is one of {}", listed(known.iter().copied())));
            context.error(Code::InvalidValue, self.span(), &self.path, message).help(help);
        }
        found
    }

    /// Its items; notes where it is no list.
    pub(super) fn list(&self, context: &mut Context<'_>) -> Option<Vec<At<'a>>> {
        if matches!(self.node.data, Data::List(_)) {
            return Some(self.items());
        }
        self.wrong_type(context, "a list");
        None
    }

    /// Its fields; notes where it is no map, and the keys that it has twice.
    pub(super) fn map(&self, context: &mut Context<'_>) -> Option<Fields<'a>> {
        if let Data::Map(entries) = &self.node.data {
            return Some(Fields::new(context, self, entries));
        }
        self.wrong_type(context, "a map");
        None
    }
}
