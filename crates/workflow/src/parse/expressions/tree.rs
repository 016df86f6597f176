//! Values in which every string may hold expressions.

use std::ops::Range;

use indexmap::IndexMap;
use serde_json::Value;

use super::{compile, place, unclosed};
use crate::diagnostic::Code;
use crate::expression::{Piece, Template, TemplateTree, pieces};
use crate::parse::context::Context;
use crate::parse::names::Names;
use crate::parse::place::At;
use crate::yaml::Data;

/// Roots that give away an expression whose delimiters are wrong.
const TELLING_ROOTS: [&str; 6] = ["event", "steps", "vars", "trigger", "execution", "workflow"];

/// Reads a value in which every string may hold expressions.
pub(in crate::parse) fn tree(
    context: &mut Context<'_>,
    at: &At<'_>,
    names: &Names<'_>,
) -> Option<TemplateTree> {
    match &at.node.data {
        Data::Null => Some(TemplateTree::Literal(Value::Null)),
        Data::Bool(truth) => Some(TemplateTree::Literal(Value::Bool(*truth))),
        Data::Number(number) => Some(TemplateTree::Literal(Value::Number(number.clone()))),
        Data::Text(text) => template(context, at, text, names),
        Data::List(_) => {
            let items = at.list(context)?;
            // All of them are read before any failure counts, so that all mistakes are noted.
            let items: Vec<_> = items.iter().map(|item| tree(context, item, names)).collect();
            Some(listed(items.into_iter().collect::<Option<_>>()?))
        }
        Data::Map(_) => {
            let fields = at.map(context)?.rest();
            let fields: Vec<_> = fields
                .into_iter()
                .map(|(key, field)| {
                    if key.name.contains("${{") {
                        let message = "a key cannot hold an expression";
                        context
                            .error(Code::InvalidName, key.span, &field.path, message)
                            .help("keys are written out: compute the whole map in one expression, `${{ {name: value} }}`");
                    }
                    Some((key.name.clone(), tree(context, &field, names)?))
                })
                .collect();
            Some(mapped(fields.into_iter().collect::<Option<_>>()?))
        }
    }
}

/// A list without expressions is one literal.
fn listed(items: Vec<TemplateTree>) -> TemplateTree {
    let literals: Option<Vec<Value>> = items.iter().map(literal).collect();
    literals.map_or(TemplateTree::List(items), |values| TemplateTree::Literal(Value::Array(values)))
}

fn mapped(fields: IndexMap<String, TemplateTree>) -> TemplateTree {
    let literals: Option<serde_json::Map<String, Value>> =
        fields.iter().map(|(name, field)| Some((name.clone(), literal(field)?))).collect();
    literals.map_or(TemplateTree::Map(fields), |values| TemplateTree::Literal(Value::Object(values)))
}

fn literal(tree: &TemplateTree) -> Option<Value> {
    if let TemplateTree::Literal(value) = tree { Some(value.clone()) } else { None }
}

fn template(context: &mut Context<'_>, at: &At<'_>, text: &str, names: &Names<'_>) -> Option<TemplateTree> {
    if !context.may_read(text.matches("${{").count(), at.span(), &at.path) {
        return None;
    }
    let (mut is_literal, mut is_good) = (true, true);
    for piece in pieces(text) {
        match piece {
            Piece::Text(range) => wrong_delimiters(context, at, text, range),
            Piece::Expression(range) => {
                is_literal = false;
                is_good &= compile(context, at, text, range, names).is_some();
            }
            Piece::Unclosed(range) => {
                is_good = false;
                unclosed(context, at, text, range);
            }
        }
    }
    if is_literal && is_good {
        return Some(TemplateTree::Literal(Value::String(text.to_owned())));
    }
    is_good.then(|| Template::compile(text).ok().map(TemplateTree::Template)).flatten()
}

/// `{{ event.id }}` and `${event.id}` are plain text, which is hardly what was meant.
fn wrong_delimiters(context: &mut Context<'_>, at: &At<'_>, text: &str, range: Range<usize>) {
    let part = &text[range.clone()];
    for open in ["{{", "${"] {
        let Some(found) = part.find(open) else { continue };
        let inside = part[found + open.len()..].trim_start();
        let root = inside.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').next();
        if !root.is_some_and(|root| TELLING_ROOTS.contains(&root)) {
            continue;
        }
        let start = range.start + found;
        let raw = context.source().slice(at.span());
        let span = place(at, raw, text, start..start + open.len());
        let expression = inside.split('}').next().unwrap_or_default().trim();
        context
            .warning(Code::BareBraces, span, &at.path, format!("after `{open}` this stays as it is written"))
            .help(format!("an expression is written `${{{{ {expression} }}}}`"));
    }
}
