//! Holds a value that is written out against the shape that its key wants.

use super::{Shape, is_template};
use crate::diagnostic::Code;
use crate::parse::context::Context;
use crate::parse::credential;
use crate::parse::place::At;
use crate::yaml::Data;

pub(super) fn check(context: &mut Context<'_>, at: &At<'_>, shape: Shape) {
    let is_computed = is_template(at.node);
    match shape {
        // These two are never computed.
        Shape::Credential => {
            credential::name(context, at);
        }
        Shape::Auth => {
            credential::reference(context, at);
        }
        Shape::Any => {}
        _ if is_computed => {}
        Shape::Text | Shape::Url(_) => {
            at.text(context);
        }
        Shape::Scalar => scalar(context, at, "text"),
        Shape::Map => map(context, at),
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
