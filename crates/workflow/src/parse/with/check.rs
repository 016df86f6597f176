//! Holds a value that is written out against the shape that its key wants.

use super::{Shape, is_template};
use crate::diagnostic::Code;
use crate::parse::context::Context;
use crate::parse::place::At;
use crate::parse::{credential, expressions, workflow};
use crate::yaml::Data;

pub(super) fn check(context: &mut Context<'_>, at: &At<'_>, shape: Shape) {
    let is_computed = is_template(at.node);
    match shape {
        // These are never computed.
        Shape::Credential => {
            credential::name(context, at);
        }
        Shape::Workflow => workflow_name(context, at),
        Shape::Code => code(context, at),
        Shape::Auth => {
            credential::reference(context, at);
        }
        Shape::Any => {}
        _ if is_computed => {}
        Shape::Text => {
            at.text(context);
        }
        Shape::Scalar => scalar(context, at, "text"),
        Shape::Query => {
            at.text(context);
        }
        Shape::Texts => texts(context, at),
        Shape::Number => {
            if !matches!(at.node.data, Data::Number(_)) {
                at.wrong_type(context, "a number");
            }
        }
        Shape::List => {
            at.list(context);
        }
        Shape::Object => {
            at.map(context);
        }
        Shape::Map => map(context, at),
        Shape::Scalars => scalars(context, at),
        Shape::Choice(words) => {
            at.choice(context, words);
        }
        Shape::Boolean => {
            at.boolean(context);
        }
        Shape::Statuses => statuses(context, at),
    }
}

fn scalar(context: &mut Context<'_>, at: &At<'_>, wanted: &str) {
    if !matches!(at.node.data, Data::Text(_) | Data::Number(_) | Data::Bool(_)) {
        at.wrong_type(context, wanted);
    }
}

fn texts(context: &mut Context<'_>, at: &At<'_>) {
    if !matches!(at.node.data, Data::List(_)) {
        if !matches!(at.node.data, Data::Text(_)) {
            at.wrong_type(context, "text, or a list of texts");
        }
        return;
    }
    for item in at.list(context).unwrap_or_default() {
        item.text(context);
    }
}

fn scalars(context: &mut Context<'_>, at: &At<'_>) {
    let Some(fields) = at.map(context) else { return };
    for (_, field) in fields.rest() {
        scalar(context, &field, "text, a number, or true or false");
    }
}

fn workflow_name(context: &mut Context<'_>, at: &At<'_>) {
    if is_template(at.node) {
        context
            .error(Code::InvalidName, at.span(), &at.path, "this is not the name of a workflow")
            .help("a workflow is named outright, not by an expression; `switch` can choose between several");
        return;
    }
    workflow::name(context, at);
}

/// What an expression gives would be run as code, so there is none in code.
fn code(context: &mut Context<'_>, at: &At<'_>) {
    let Some(text) = at.text(context) else { return };
    let Some(found) = text.find("${{") else { return };
    let raw = context.source().slice(at.span());
    let span = expressions::place(at, raw, text, found..found + "${{".len());
    context.error(Code::ExpressionInCode, span, &at.path, "code takes no expressions");
}

fn map(context: &mut Context<'_>, at: &At<'_>) {
    let Some(fields) = at.map(context) else { return };
    for (_, field) in fields.rest() {
        if matches!(field.node.data, Data::List(_)) {
            for item in field.list(context).unwrap_or_default() {
                scalar(context, &item, "text, a number, or true or false");
            }
        } else if !field.is_null() {
            // Null leaves a header or a query parameter out.
            scalar(context, &field, "text, a number, or a list of them");
        }
    }
}

fn statuses(context: &mut Context<'_>, at: &At<'_>) {
    if matches!(at.node.data, Data::List(_)) {
        for item in at.list(context).unwrap_or_default() {
            status(context, &item);
        }
    } else {
        status(context, at);
    }
}

fn status(context: &mut Context<'_>, at: &At<'_>) {
    let is_status = match &at.node.data {
        Data::Number(number) => number.as_u64().is_some_and(|number| (100..=599).contains(&number)),
        Data::Text(text) => {
            is_template(at.node)
                || matches!(text.as_bytes(), [b'1'..=b'5', b'x', b'x'])
                || text.parse().is_ok_and(|number: u16| (100..=599).contains(&number))
        }
        _ => {
            at.wrong_type(context, "a status, or a list of them");
            return;
        }
    };
    if !is_status {
        context
            .error(Code::InvalidValue, at.span(), &at.path, "this is not an HTTP status")
            .help("a status is a number such as `404`, or a class such as `2xx`");
    }
}
