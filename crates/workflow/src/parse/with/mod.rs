//! What each step kind takes under `with`.
//!
//! # Adding a kind
//! A file of its own with a table of its keys ([`Rules`]) and a check for what no table can say; then its line in
//! [`rules`]. What an expression will give is not known here: a string with `${{` is taken wherever a value is.

mod check;
mod close;
mod fail;
mod http;
mod log;
mod request;
mod r#return;
mod set;

use indexmap::IndexMap;
use serde_json::Value;

use super::context::Context;
use super::expressions;
use super::names::Names;
use super::place::At;
use super::suggest::listed;
use crate::diagnostic::Code;
use crate::expression::{TemplateTree, UrlKind};
use crate::model::StepKind;
use crate::yaml::{Data, Node};

/// What a kind takes.
enum Rules {
    /// Certain keys.
    Keys {
        /// Which.
        keys: &'static [Key],
        /// What no table can say.
        check: fn(&mut Context<'_>, &Given<'_>),
    },
    /// Any keys: the user's own.
    AnyMap,
    /// Anything, also nothing.
    Anything,
}

/// One key.
struct Key {
    name: &'static str,
    shape: Shape,
    is_required: bool,
}

impl Key {
    const fn required(name: &'static str, shape: Shape) -> Self {
        Self { name, shape, is_required: true }
    }

    const fn optional(name: &'static str, shape: Shape) -> Self {
        Self { name, shape, is_required: false }
    }
}

/// What the value of a key must be, where it is written out.
#[derive(Debug, Clone, Copy)]
enum Shape {
    /// Text.
    Text,
    /// Text that is an address.
    Url(UrlKind),
    /// Text, a number, or true or false.
    Scalar,
    /// Anything.
    Any,
    /// A map of text, numbers, truth, and lists of them.
    Map,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// True or false.
    Boolean,
    /// HTTP statuses: `200`, `"2xx"`, or a list of them.
    Statuses,
    /// The name of a credential.
    Credential,
    /// `{ credential: NAME }`.
    Auth,
}

/// The fields of a `with`, for a kind's own check.
struct Given<'a>(Vec<(&'a str, At<'a>)>);

impl<'a> Given<'a> {
    fn get(&self, name: &str) -> Option<&At<'a>> {
        self.0.iter().find(|(field, _)| *field == name).map(|(_, at)| at)
    }

    /// A field's text where it holds no expression.
    fn literal(&self, name: &str) -> Option<(&At<'a>, &'a str)> {
        let at = self.get(name)?;
        match &at.node.data {
            Data::Text(text) if !text.contains("${{") => Some((at, text)),
            _ => None,
        }
    }

    /// The beginning of a field's text, up to its first expression.
    fn beginning(&self, name: &str) -> Option<(&At<'a>, &'a str)> {
        let at = self.get(name)?;
        match &at.node.data {
            Data::Text(text) => Some((at, text.split("${{").next().unwrap_or_default())),
            _ => None,
        }
    }
}

fn rules(kind: StepKind) -> &'static Rules {
    match kind {
        StepKind::Http => &http::RULES,
        StepKind::Close => &close::RULES,
        StepKind::Set => &set::RULES,
        StepKind::Log => &log::RULES,
        StepKind::Return => &r#return::RULES,
        StepKind::Fail => &fail::RULES,
        StepKind::Script
        | StepKind::Sleep
        | StepKind::WaitFor
        | StepKind::Workflow
        | StepKind::State
        | StepKind::Respond
        | StepKind::Email
        | StepKind::Sql
        | StepKind::Exec => &Rules::AnyMap,
    }
}

/// Reads the `with` of a step.
pub(super) fn read(
    context: &mut Context<'_>,
    kind: StepKind,
    with: Option<At<'_>>,
    step: &At<'_>,
    names: &Names<'_>,
) -> Option<TemplateTree> {
    match (rules(kind), with) {
        (Rules::Anything, None) => Some(TemplateTree::Literal(Value::Null)),
        (Rules::Anything, Some(with)) => expressions::tree(context, &with, names),
        (Rules::AnyMap, Some(with)) if matches!(with.node.data, Data::Map(_)) => {
            expressions::tree(context, &with, names)
        }
        (Rules::AnyMap, Some(with)) => {
            with.wrong_type(context, "a map");
            None
        }
        (Rules::AnyMap, None) => missing(context, kind, step, &[]),
        (Rules::Keys { keys, .. }, None) => missing(context, kind, step, keys),
        (Rules::Keys { keys, check }, Some(with)) => table(context, &with, keys, *check, names),
    }
}

fn missing(context: &mut Context<'_>, kind: StepKind, step: &At<'_>, keys: &[Key]) -> Option<TemplateTree> {
    let needed = keys.iter().filter(|key| key.is_required).map(|key| key.name);
    let what = if keys.is_empty() { String::new() } else { format!(", with {} in it", listed(needed)) };
    let message = format!("a step that uses `{}` needs `with`{what}", kind.as_str());
    context.error(Code::MissingKey, step.span(), &step.path, message);
    None
}

fn table(
    context: &mut Context<'_>,
    with: &At<'_>,
    keys: &[Key],
    check: fn(&mut Context<'_>, &Given<'_>),
    names: &Names<'_>,
) -> Option<TemplateTree> {
    let mut fields = with.map(context)?;
    let mut given = Given(Vec::new());
    for key in keys {
        match fields.take(key.name) {
            Some(at) => {
                check::check(context, &at, key.shape);
                given.0.push((key.name, at));
            }
            None if key.is_required => fields.missing(context, key.name),
            None => {}
        }
    }
    let known: Vec<&str> = keys.iter().map(|key| key.name).collect();
    fields.finish(context, &known, &[]);
    check(context, &given);
    // All of them are read before any failure counts, so that all mistakes are noted.
    let trees: Vec<Option<(String, TemplateTree)>> = given
        .0
        .iter()
        .map(|(name, at)| {
            let tree = expressions::tree(context, at, names)?;
            let shape = keys.iter().find(|key| key.name == *name).map(|key| key.shape);
            let tree = if let Some(Shape::Url(kind)) = shape { tree.into_url(kind) } else { tree };
            Some(((*name).to_owned(), tree))
        })
        .collect();
    trees.into_iter().collect::<Option<IndexMap<_, _>>>().map(TemplateTree::Map)
}

/// Whether a value is a string with an expression, of which only the run tells what it gives.
fn is_template(node: &Node) -> bool {
    matches!(&node.data, Data::Text(text) if text.contains("${{"))
}
