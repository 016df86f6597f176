//! Expressions and templates where they stand in the file: compiled, their names checked, and every mistake shown
//! at its place inside the YAML string.

mod bare;
mod tree;

use std::ops::Range;

pub(super) use self::bare::{condition, list};
pub(super) use self::tree::tree;
use super::context::Context;
use super::names::{Examined, Names};
use super::place::At;
use crate::diagnostic::Code;
use crate::expression::Expression;
use crate::source::Span;
use crate::yaml;

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
            names.check(context, &Examined { source, path: &at.path, span_of: &span_of });
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
