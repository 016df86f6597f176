//! `uses: respond`: the answer to the request of a waiting webhook.

use super::{Given, Key, Rules, Shape, is_template};
use crate::diagnostic::Code;
use crate::parse::context::Context;
use crate::parse::place::At;
use crate::yaml::Data;

pub(super) const RULES: Rules = Rules::Keys {
    keys: &[
        Key::optional("status", Shape::Any),
        Key::optional("headers", Shape::Map),
        Key::optional("body", Shape::Any),
    ],
    one_of: &[],
    check,
};

fn check(context: &mut Context<'_>, given: &Given<'_>) {
    if let Some(at) = given.get("status").filter(|at| !is_template(at.node)) {
        status(context, at);
    }
    if let Some(at) = given.get("headers")
        && let Data::Map(fields) = &at.node.data
    {
        for (key, value) in fields {
            header(context, &at.child(&key.name, value), &key.name);
        }
    }
}

/// A 1xx is no answer to a request: the sender would go on waiting.
fn status(context: &mut Context<'_>, at: &At<'_>) {
    let Data::Number(number) = &at.node.data else {
        return at.wrong_type(context, "a status such as `201`");
    };
    if !number.as_u64().is_some_and(|number| (200..=599).contains(&number)) {
        context
            .error(
                Code::InvalidValue,
                at.span(),
                &at.path,
                format!("`{number}` cannot be an answer's status"),
            )
            .help("a status is a number from 200 to 599");
    }
}

fn header(context: &mut Context<'_>, at: &At<'_>, name: &str) {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_token) {
        context
            .error(Code::InvalidName, at.span(), &at.path, "this cannot be the name of a header")
            .help("for instance `content-type` or `x-request-id`");
    }
    if let Data::Text(text) = &at.node.data
        && text.contains(['\r', '\n', '\0'])
    {
        context
            .error(Code::InvalidValue, at.span(), &at.path, "a header's value is one line")
            .help("write it on one line, without `|` or `\\n`");
    }
}
