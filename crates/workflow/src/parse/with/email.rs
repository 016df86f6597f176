//! `uses: email`.

use super::{Given, Key, Rules, Shape, is_template};
use crate::diagnostic::Code;
use crate::parse::context::Context;
use crate::parse::place::At;
use crate::yaml::Data;

pub(super) const RULES: Rules = Rules::Keys {
    keys: &[
        Key::required("to", Shape::Texts),
        Key::optional("cc", Shape::Texts),
        Key::optional("bcc", Shape::Texts),
        Key::optional("from", Shape::Text),
        Key::optional("reply_to", Shape::Texts),
        Key::required("subject", Shape::Scalar),
        Key::optional("text", Shape::Scalar),
        Key::optional("html", Shape::Scalar),
        Key::optional("credential", Shape::Credential),
    ],
    one_of: &[],
    check,
};

fn check(context: &mut Context<'_>, given: &Given<'_>) {
    if given.get("text").is_none() && given.get("html").is_none() {
        context
            .error(
                Code::MissingKey,
                given.with.span(),
                &given.with.path,
                "a mail needs `text`, `html` or both",
            )
            .help("add `text:`");
    }
    for name in ["to", "cc", "bcc", "from", "reply_to"] {
        let Some(at) = given.get(name) else { continue };
        if !matches!(at.node.data, Data::List(_)) {
            address(context, at);
            continue;
        }
        let addresses = at.list(context).unwrap_or_default();
        if addresses.is_empty() && name == "to" {
            context
                .error(Code::MissingKey, at.span(), &at.path, "a mail goes to at least one address")
                .help("for instance `to: [sales@example.com]`");
        }
        for at in addresses {
            address(context, &at);
        }
    }
}

/// Only what is plainly no address is refused here: what RFC 5322 allows in one, the sending knows.
fn address(context: &mut Context<'_>, at: &At<'_>) {
    let Data::Text(text) = &at.node.data else { return };
    if is_template(at.node) {
        return;
    }
    let (message, help) = match text.matches('@').count() {
        1 if !text.contains(['\r', '\n']) => return,
        0 | 1 => ("is not an address", "for instance `sales@example.com` or `Sales <sales@example.com>`"),
        _ => ("is more than one address", "write a list: `[a@example.com, b@example.com]`"),
    };
    let shown: String = text.lines().next().unwrap_or_default().chars().take(60).collect();
    context.error(Code::InvalidValue, at.span(), &at.path, format!("`{shown}` {message}")).help(help);
}
