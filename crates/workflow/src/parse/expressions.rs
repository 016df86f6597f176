//! Expressions and templates where they stand in the file: compiled, their names checked, and every mistake shown
//! at its place inside the YAML string.

use std::ops::Range;

use indexmap::IndexMap;
use serde_json::Value;

use super::context::Context;
use super::event_fields;
use super::names::{Examined, Names};
use super::place::At;
use crate::diagnostic::Code;
use crate::expression::{Expression, Piece, Template, TemplateTree, pieces};
use crate::source::Span;
use crate::yaml::{self, Data};

/// Roots that give away an expression whose delimiters are wrong.
const TELLING_ROOTS: [&str; 6] = ["event", "steps", "vars", "trigger", "execution", "workflow"];

/// Reads the bare expression of `if` or `where`. Delimiters around the whole of it mean the same.
pub(super) fn condition(context: &mut Context<'_>, at: &At<'_>, names: &Names<'_>) -> Option<Expression> {
    let text = match &at.node.data {
        Data::Bool(truth) => return Expression::compile(if *truth { "true" } else { "false" }).ok(),
        Data::Text(text) => text,
        _ => {
            at.wrong_type(context, "an expression");
            return None;
        }
    };
    if !context.may_read(text.matches("${{").count().max(1), at.span(), &at.path) {
        return None;
    }
    let parts = pieces(text);
    let is_blank =
        |piece: &Piece| matches!(piece, Piece::Text(range) if text[range.clone()].trim().is_empty());
    let mut telling = parts.iter().filter(|piece| !is_blank(piece));
    match (telling.next(), telling.next()) {
        (Some(Piece::Expression(range)), None) => compile(context, at, text, range.clone(), names),
        (None | Some(Piece::Text(_)), None) => compile(context, at, text, 0..text.len(), names),
        (Some(Piece::Unclosed(range)), None) => {
            unclosed(context, at, text, range.clone());
            None
        }
        _ => {
            let bare = text.replace("${{", "").replace("}}", "");
            let bare = bare.split_whitespace().collect::<Vec<_>>().join(" ");
            context
                .error(
                    Code::PartialDelimiters,
                    at.span(),
                    &at.path,
                    "delimiters around a part of a condition would make it text, which is always true",
                )
                .help(format!("write it without them: `{bare}`"));
            None
        }
    }
}

/// Reads a value in which every string may hold expressions.
pub(super) fn tree(context: &mut Context<'_>, at: &At<'_>, names: &Names<'_>) -> Option<TemplateTree> {
    match &at.node.data {
        Data::Null => Some(TemplateTree::Literal(Value::Null)),
        Data::Bool(truth) => Some(TemplateTree::Literal(Value::Bool(*truth))),
        Data::Number(number) => Some(TemplateTree::Literal(Value::Number(number.clone()))),
        Data::Text(text) => template(context, at, text, names),
        Data::List(_) => {
            let items = at.list(context)?;
            // All of them are read before any failure counts, so that all mistakes are noted.
            let items: Vec<_> = items.iter().map(|item| tree(context, item, names)).collect();
            Some(list(items.into_iter().collect::<Option<_>>()?))
        }
        Data::Map(_) => {
            let fields = at.map(context)?.rest();
            let fields: Vec<_> = fields
                .into_iter()
                .map(|(key, field)| {
                    if key.name.contains("${{") {
                        let message = "a key cannot hold an expression";
                        context.error(Code::InvalidName, key.span, &field.path, message);
                    }
                    Some((key.name.clone(), tree(context, &field, names)?))
                })
                .collect();
            Some(map(fields.into_iter().collect::<Option<_>>()?))
        }
    }
}

/// A list without expressions is one literal.
fn list(items: Vec<TemplateTree>) -> TemplateTree {
    let literals: Option<Vec<Value>> = items.iter().map(literal).collect();
    literals.map_or(TemplateTree::List(items), |values| TemplateTree::Literal(Value::Array(values)))
}

fn map(fields: IndexMap<String, TemplateTree>) -> TemplateTree {
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

/// Compiles the part of a string that is an expression, and checks its names.
fn compile(
    context: &mut Context<'_>,
    at: &At<'_>,
    text: &str,
    range: Range<usize>,
    names: &Names<'_>,
) -> Option<Expression> {
    if context.is_full() {
        return None;
    }
    let written = &text[range.clone()];
    let source = written.trim();
    let begin = range.start + (written.len() - written.trim_start().len());
    let raw = context.source().slice(at.span());
    let span_of = |part: Range<usize>| place(at, raw, text, begin + part.start..begin + part.end);
    match Expression::compile(source) {
        Ok(expression) => {
            let examined = Examined { source, path: &at.path, span_of: &span_of };
            names.check(context, &examined);
            event_fields::check(context, &examined);
            Some(expression)
        }
        Err(error) => {
            let help = if source.starts_with("{{") {
                Some("write it without the braces".to_owned())
            } else {
                error.help
            };
            context
                .error(Code::ExpressionSyntax, span_of(error.range), &at.path, error.message)
                .maybe_help(help);
            None
        }
    }
}

/// Where a part of a string is in the file; the whole string where that cannot be known. `raw` is the string as the
/// file has it.
pub(super) fn place(at: &At<'_>, raw: &str, text: &str, range: Range<usize>) -> Span {
    let whole = at.span();
    let Some(start) = yaml::locate(raw, text, range.start) else { return whole };
    let end = yaml::locate(raw, text, range.end.max(range.start + 1).min(text.len()))
        .filter(|end| *end > start)
        .map_or(start + 1, |end| start + raw[start..end].trim_end().len());
    Span::new(whole.start + start, whole.start + end)
}

fn unclosed(context: &mut Context<'_>, at: &At<'_>, text: &str, range: Range<usize>) {
    let raw = context.source().slice(at.span());
    let span = place(at, raw, text, range.start..range.start + 3);
    let line = context.source().position(at.span().end).line;
    let after = context.source().text().get(at.span().end..).unwrap_or_default();
    let is_cut_by_comment = after.lines().next().is_some_and(|rest| rest.trim_start().starts_with('#'));
    let help = if is_cut_by_comment {
        format!("a `#` after a space begins a comment on line {line}: put the whole value in quotes")
    } else {
        "end the expression with `}}`".to_owned()
    };
    context.error(Code::UnclosedExpression, span, &at.path, "this `${{` has no `}}`").help(help);
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
