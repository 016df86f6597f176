//! What a table of keys says, and what a kind's own check is given.

use crate::diagnostic::Code;
use crate::parse::context::Context;
use crate::parse::place::At;
use crate::parse::suggest::listed_or;
use crate::yaml::Data;

/// What a kind takes.
pub(super) enum Rules {
    /// Certain keys.
    Keys {
        /// Which.
        keys: &'static [Key],
        /// Of these exactly one must be there; empty where there is no such rule.
        one_of: &'static [&'static str],
        /// What no table can say.
        check: fn(&mut Context<'_>, &Given<'_>),
    },
    /// Any keys: the user's own.
    AnyMap,
    /// Anything, also nothing.
    Anything,
}

/// One key.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) is_required: bool,
}

impl Key {
    pub(super) const fn required(name: &'static str, shape: Shape) -> Self {
        Self { name, shape, is_required: true }
    }

    pub(super) const fn optional(name: &'static str, shape: Shape) -> Self {
        Self { name, shape, is_required: false }
    }
}

/// What the value of a key must be, where it is written out.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// Text.
    Text,
    /// Text, or a list of texts.
    Texts,
    /// Text, a number, or true or false.
    Scalar,
    /// A number.
    Number,
    /// Anything.
    Any,
    /// A list of anything.
    List,
    /// A map of anything: the user's own names.
    Object,
    /// A map of text, numbers, truth, and lists of them.
    Map,
    /// The same without lists.
    Scalars,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// True or false.
    Boolean,
    /// HTTP statuses: `200`, `"2xx"`, or a list of them.
    Statuses,
    /// The name of a credential; never computed.
    Credential,
    /// `{ credential: NAME }`; never computed.
    Auth,
    /// The name of a workflow; never computed.
    Workflow,
    /// A program's text, in which nothing is ever put.
    Code,
    /// An SQL statement, whose expressions become bound parameters.
    Query,
}

/// The fields of a `with`, for a kind's own check.
pub(super) struct Given<'a> {
    /// The whole of it.
    pub(super) with: At<'a>,
    /// Its fields, in the order of the table.
    pub(super) fields: Vec<(&'static Key, At<'a>)>,
}

impl<'a> Given<'a> {
    pub(super) fn get(&self, name: &str) -> Option<&At<'a>> {
        self.fields.iter().find(|(key, _)| key.name == name).map(|(_, at)| at)
    }

    /// A field's text where it holds no expression.
    pub(super) fn literal(&self, name: &str) -> Option<(&At<'a>, &'a str)> {
        let at = self.get(name)?;
        match &at.node.data {
            Data::Text(text) if !text.contains("${{") => Some((at, text)),
            _ => None,
        }
    }

    /// The beginning of a field's text, up to its first expression.
    pub(super) fn beginning(&self, name: &str) -> Option<(&At<'a>, &'a str)> {
        let at = self.get(name)?;
        match &at.node.data {
            Data::Text(text) => Some((at, text.split("${{").next().unwrap_or_default())),
            _ => None,
        }
    }

    /// Notes where of the names not exactly one is there.
    pub(super) fn check_one_of(&self, context: &mut Context<'_>, names: &[&str]) {
        let mut there = names.iter().filter_map(|name| self.get(name).map(|at| (name, at)));
        match (there.next(), there.next()) {
            (None, _) if !names.is_empty() => {
                let (message, help) = match names {
                    [_, _] => (listed_or(names), "add one of the two"),
                    _ => (listed_or(names), "add one of them"),
                };
                let message = format!("`with` needs {message}");
                context.error(Code::MissingKey, self.with.span(), &self.with.path, message).help(help);
            }
            (Some((first, _)), Some((second, at))) => {
                let message = format!("`{first}` is there already, and `{second}` besides is one too many");
                context
                    .error(Code::ConflictingKeys, at.span(), &at.path, message)
                    .help("keep one of the two");
            }
            _ => {}
        }
    }

    /// Notes a field that only has a meaning together with another one, which is not there.
    pub(super) fn check_belongs(&self, context: &mut Context<'_>, name: &str, to: &str) {
        if let (Some(at), None) = (self.get(name), self.get(to)) {
            let message = format!("`{name}` means something together with `{to}` only");
            context
                .error(Code::ConflictingKeys, at.span(), &at.path, message)
                .help(format!("add `{to}:`, or take `{name}` away"));
        }
    }
}
