//! `uses: state`: one of `get`, `set`, `increment` and `delete`, each with the key that it is done to.

use super::{Given, Key, Rules, Shape};
use crate::diagnostic::Code;
use crate::parse::context::Context;

const VERBS: [&str; 4] = ["get", "set", "increment", "delete"];

/// The longest key, in bytes.
const MAX_KEY: usize = 255;

pub(super) const RULES: Rules = Rules::Keys {
    keys: &[
        Key::optional("get", Shape::Text),
        Key::optional("default", Shape::Any),
        Key::optional("set", Shape::Text),
        Key::optional("value", Shape::Any),
        Key::optional("increment", Shape::Text),
        Key::optional("by", Shape::Number),
        Key::optional("delete", Shape::Text),
    ],
    one_of: &VERBS,
    check,
};

fn check(context: &mut Context<'_>, given: &Given<'_>) {
    for verb in VERBS {
        let Some((at, key)) = given.literal(verb) else { continue };
        if key.is_empty() || key.len() > MAX_KEY {
            context
                .error(Code::InvalidName, at.span(), &at.path, "this cannot be a key of the state")
                .help(format!("a key is any text of 1 to {MAX_KEY} bytes"));
        }
    }
    given.check_belongs(context, "default", "get");
    given.check_belongs(context, "value", "set");
    given.check_belongs(context, "by", "increment");
    if let (Some(at), None) = (given.get("set"), given.get("value")) {
        context
            .error(Code::MissingKey, at.span(), &at.path, "`set` needs a `value`")
            .help("add `value:`; to be rid of the key, there is `delete`");
    }
}
