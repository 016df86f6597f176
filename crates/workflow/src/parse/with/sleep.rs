//! `uses: sleep`: `for` a duration, or `until` an instant.

use super::{Given, Key, Rules, Shape, is_template};
use crate::diagnostic::Code;
use crate::parse::context::Context;
use crate::parse::duration;
use crate::parse::place::At;
use crate::time::Timestamp;

pub(super) const RULES: Rules = Rules::Keys {
    keys: &[Key::optional("for", Shape::Any), Key::optional("until", Shape::Text)],
    one_of: &["for", "until"],
    check,
};

fn check(context: &mut Context<'_>, given: &Given<'_>) {
    if let Some(at) = given.get("for").filter(|at| !is_template(at.node)) {
        duration::read(context, at);
    }
    if let Some((at, text)) = given.literal("until") {
        until(context, at, text);
    }
}

fn until(context: &mut Context<'_>, at: &At<'_>, text: &str) {
    if Timestamp::parse(text).is_ok() {
        return;
    }
    let shown: String = text.chars().take(40).collect();
    let help = if text.starts_with("event.") || text.starts_with("steps.") {
        format!("an expression is written `${{{{ {shown} }}}}`")
    } else {
        "write it as RFC 3339 has it, with its offset: `2027-01-31T09:00:00Z`, `2027-01-31T09:00:00+01:00`"
            .to_owned()
    };
    context.error(Code::InvalidValue, at.span(), &at.path, format!("`{shown}` is not an instant")).help(help);
}
