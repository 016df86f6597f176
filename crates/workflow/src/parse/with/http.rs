//! `uses: http`.

use super::{Given, Key, Rules, Shape, request};
use crate::diagnostic::Code;
use crate::parse::context::Context;

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

const BODIES: [&str; 4] = ["json", "form", "text", "body_base64"];

pub(super) const RULES: Rules = Rules::Keys {
    keys: &[
        Key::required("url", Shape::Text),
        Key::optional("method", Shape::Choice(METHODS)),
        Key::optional("query", Shape::Map),
        Key::optional("headers", Shape::Map),
        Key::optional("json", Shape::Any),
        Key::optional("form", Shape::Map),
        Key::optional("text", Shape::Scalar),
        Key::optional("body_base64", Shape::Text),
        Key::optional("auth", Shape::Auth),
        Key::optional("follow_redirects", Shape::Boolean),
        Key::optional("expect_status", Shape::Statuses),
    ],
    one_of: &[],
    check,
};

fn check(context: &mut Context<'_>, given: &Given<'_>) {
    let mut bodies = BODIES.iter().filter_map(|name| given.get(name).map(|at| (name, at)));
    if let (Some((first, _)), Some((second, at))) = (bodies.next(), bodies.next()) {
        let message = format!("a request has one body, and `{first}` is there already besides `{second}`");
        context.error(Code::ConflictingKeys, at.span(), &at.path, message).help("keep one of the two");
    }
    request::check_body(context, given, &BODIES);
    if let Some((at, beginning)) = given.beginning("url") {
        let is_computed = beginning.is_empty() && super::is_template(at.node);
        let is_web = ["http://", "https://"].iter().any(|scheme| beginning.starts_with(scheme));
        if !is_computed && !is_web {
            context
                .error(Code::InvalidValue, at.span(), &at.path, "a URL begins with `https://` or `http://`")
                .maybe_help(
                    beginning
                        .starts_with('/')
                        .then(|| "for Close's API there is `uses: close`, which takes a path".to_owned()),
                );
        }
    }
}
