//! `uses: close`.

use super::{Given, Key, Rules, Shape, request};
use crate::diagnostic::Code;
use crate::expression::UrlKind;
use crate::parse::context::Context;

const METHODS: &[&str] = &["GET", "POST", "PUT", "DELETE"];

pub(super) const RULES: Rules = Rules::Keys {
    keys: &[
        Key::required("path", Shape::Url(UrlKind::Path)),
        Key::optional("method", Shape::Choice(METHODS)),
        Key::optional("query", Shape::Map),
        Key::optional("json", Shape::Any),
        Key::optional("paginate", Shape::Boolean),
        Key::optional("limit", Shape::Number),
        Key::optional("credential", Shape::Credential),
    ],
    one_of: &[],
    check,
};

fn check(context: &mut Context<'_>, given: &Given<'_>) {
    request::check_body(context, given, &["json"]);
    given.check_belongs(context, "limit", "paginate");
    let Some((at, beginning)) = given.beginning("path") else { return };
    let is_computed = beginning.is_empty() && super::is_template(at.node);
    let help = if beginning.starts_with("/api/v1/") || beginning.contains("://") {
        "leave `https://api.close.com/api/v1` out: the path goes on from there"
    } else if is_computed || beginning.starts_with('/') {
        return;
    } else {
        "for instance `/lead/`"
    };
    context
        .error(
            Code::InvalidValue,
            at.span(),
            &at.path,
            "a path of Close's API begins with `/`, after `/api/v1`",
        )
        .help(help);
}
