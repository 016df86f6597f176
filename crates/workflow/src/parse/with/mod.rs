//! What each step kind takes under `with`.
//!
//! # Adding a kind
//! A file of its own with a table of its keys ([`Rules`]) and a check for what no table can say; then its line in
//! [`rules`]. What an expression will give is not known here: a string with `${{` is taken wherever a value is.

mod check;
mod close;
pub(crate) mod close_call;
pub(crate) mod close_table;
mod email;
mod exec;
mod fail;
mod host;
mod http;
mod key;
mod log;
mod request;
mod respond;
mod r#return;
mod script;
mod set;
mod sleep;
mod sql;
mod sql_text;
mod state;
mod wait_for;
mod workflow;

use indexmap::IndexMap;
use serde_json::Value;

use self::key::Given;
pub(crate) use self::key::{Key, Rules, Shape};
use super::context::Context;
use super::expressions;
use super::names::Names;
use super::place::At;
use super::suggest::{listed, listed_or};
use crate::diagnostic::Code;
use crate::expression::{TemplateTree, UrlKind};
use crate::model::StepKind;
use crate::yaml::{Data, Node};

/// What belongs to the step and is easily indented too far.
const OF_THE_STEP: [&str; 5] = ["if", "retry", "timeout", "continue_on_error", "on_interrupt"];

pub(crate) fn rules(kind: StepKind) -> &'static Rules {
    match kind {
        StepKind::Http => &http::RULES,
        StepKind::Close => &close::RULES,
        StepKind::Set => &set::RULES,
        StepKind::Log => &log::RULES,
        StepKind::Return => &r#return::RULES,
        StepKind::Fail => &fail::RULES,
        StepKind::Script => &script::RULES,
        StepKind::Sleep => &sleep::RULES,
        StepKind::WaitFor => &wait_for::RULES,
        StepKind::Workflow => &workflow::RULES,
        StepKind::State => &state::RULES,
        StepKind::Respond => &respond::RULES,
        StepKind::Email => &email::RULES,
        StepKind::Sql => &sql::RULES,
        StepKind::Exec => &exec::RULES,
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
        (Rules::AnyMap, None) => missing(context, kind, step, &[], &[]),
        (Rules::Keys { keys, one_of, .. }, None) => {
            if one_of.is_empty() && keys.iter().all(|key| !key.is_required) {
                return Some(TemplateTree::Map(IndexMap::new()));
            }
            missing(context, kind, step, keys, one_of)
        }
        (Rules::Keys { keys, one_of, check }, Some(with)) => {
            let given = given(context, with, keys)?;
            given.check_one_of(context, one_of);
            check(context, &given);
            table(context, &given, names)
        }
    }
}

fn missing(
    context: &mut Context<'_>,
    kind: StepKind,
    step: &At<'_>,
    keys: &[Key],
    one_of: &[&str],
) -> Option<TemplateTree> {
    missing_of(context, kind.as_str(), step, keys, one_of);
    None
}

/// Notes that a step has no `with`, and what it needs there.
fn missing_of(context: &mut Context<'_>, uses: &str, step: &At<'_>, keys: &[Key], one_of: &[&str]) {
    let needed: Vec<&str> = keys.iter().filter(|key| key.is_required).map(|key| key.name).collect();
    let what = match (needed.as_slice(), one_of) {
        ([], []) => String::new(),
        ([], one_of) => format!(", with {} in it", listed_or(one_of)),
        (needed, _) => format!(", with {} in it", listed(needed.iter().copied())),
    };
    let message = format!("a step that uses `{uses}` needs `with`{what}");
    context.error(Code::MissingKey, step.span(), &step.path, message);
}

/// Takes the fields that the table has, each of the shape that it should be; notes what is missing and what is
/// unknown.
fn given<'a>(context: &mut Context<'_>, with: At<'a>, keys: &'static [Key]) -> Option<Given<'a>> {
    let mut fields = with.map(context)?;
    let mut given = Given { with, fields: Vec::new() };
    for key in keys {
        match fields.take(key.name) {
            Some(at) => {
                check::check(context, &at, key.shape);
                given.fields.push((key, at));
            }
            None if key.is_required => fields.missing(context, key.name),
            None => {}
        }
    }
    for name in OF_THE_STEP {
        if let Some((span, at)) = fields.take_with_key(name) {
            context
                .error(Code::UnknownKey, span, &at.path, format!("`{name}` does not belong into `with:`"))
                .help("indent it less, so that it stands beside `with:`");
        }
    }
    let known: Vec<&str> = keys.iter().map(|key| key.name).collect();
    fields.finish(context, &known);
    Some(given)
}

fn table(context: &mut Context<'_>, given: &Given<'_>, names: &Names<'_>) -> Option<TemplateTree> {
    // All of them are read before any failure counts, so that all mistakes are noted.
    let trees: Vec<Option<(String, TemplateTree)>> = given
        .fields
        .iter()
        .map(|(key, at)| {
            let tree = match key.shape {
                Shape::Code => Some(TemplateTree::Literal(at.node.to_json())),
                Shape::Query => sql::query(context, at, names),
                Shape::Url(kind) => {
                    if kind == UrlKind::Whole {
                        host::check(context, at, names);
                    }
                    expressions::tree(context, at, names).map(|tree| tree.into_url(kind))
                }
                _ => expressions::tree(context, at, names),
            };
            Some((key.name.to_owned(), tree?))
        })
        .collect();
    trees.into_iter().collect::<Option<IndexMap<_, _>>>().map(TemplateTree::Map)
}

/// Whether a value is a string with an expression, of which only the run tells what it gives.
fn is_template(node: &Node) -> bool {
    matches!(&node.data, Data::Text(text) if text.contains("${{"))
}
