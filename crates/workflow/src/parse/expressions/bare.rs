//! Bare expressions: those of keys that hold nothing else, without delimiters.

use super::{compile, unclosed};
use crate::diagnostic::Code;
use crate::expression::{Expression, Piece, pieces};
use crate::parse::context::Context;
use crate::parse::mend;
use crate::parse::names::Names;
use crate::parse::place::At;
use crate::yaml::Data;

/// Reads the bare expression of `if`, `where`, `when` or `until`. Delimiters around the whole of it mean the same.
pub(in crate::parse) fn condition(
    context: &mut Context<'_>,
    at: &At<'_>,
    names: &Names<'_>,
) -> Option<Expression> {
    match &at.node.data {
        Data::Bool(truth) => Expression::compile(if *truth { "true" } else { "false" }).ok(),
        Data::Text(text) => {
            bare(context, at, text, names, "a condition would make it text, which is always true")
        }
        _ => {
            at.wrong_type(context, "an expression");
            None
        }
    }
}

/// Reads the bare expression of `for_each`, in the same way.
pub(in crate::parse) fn list(
    context: &mut Context<'_>,
    at: &At<'_>,
    names: &Names<'_>,
) -> Option<Expression> {
    let help = match &at.node.data {
        Data::Text(text) => {
            return bare(context, at, text, names, "an expression would make it text, which is no list");
        }
        Data::Number(number) if number.is_u64() => {
            format!(
                "for {number} rounds write `range({number})`; `item` is then 0 in the first, 1 in the second"
            )
        }
        Data::List(_) => written_list(at),
        _ => "name what gives the list: `for_each: steps.lead.output.contacts`".to_owned(),
    };
    at.wrong_type_with(context, "an expression that gives a list", help);
    None
}

/// A list of the file as an expression.
fn written_list(at: &At<'_>) -> String {
    let items: Option<Vec<String>> = at
        .items()
        .iter()
        .map(|item| match &item.node.data {
            Data::Text(text) => mend::repeated(text)
                .filter(|text| !text.contains(['\'', '"', '\\']))
                .map(|text| format!("'{text}'")),
            Data::Number(number) => Some(number.to_string()),
            Data::Bool(truth) => Some(truth.to_string()),
            _ => None,
        })
        .collect();
    match items {
        Some(items) if items.len() <= 5 => {
            format!("write it as an expression, in quotes: `\"[{}]\"`", items.join(", "))
        }
        _ => "write the list under `vars`, and name it here: `for_each: vars.regions`".to_owned(),
    }
}

/// Reads a text that is one expression; `trap` is what delimiters around a part of it would do.
fn bare(
    context: &mut Context<'_>,
    at: &At<'_>,
    text: &str,
    names: &Names<'_>,
    trap: &str,
) -> Option<Expression> {
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
            let message = format!("delimiters around a part of {trap}");
            context
                .error(Code::PartialDelimiters, at.span(), &at.path, message)
                .help(format!("write it without them: `{bare}`"));
            None
        }
    }
}
