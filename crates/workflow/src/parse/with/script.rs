//! `uses: script`: JavaScript. Its text is taken as it is written: nothing is ever put into it, so that data can never
//! become code.

use super::{Given, Key, Rules, Shape};
use crate::diagnostic::Code;
use crate::parse::context::Context;

pub(super) const RULES: Rules = Rules::Keys {
    keys: &[Key::required("code", Shape::Code), Key::optional("args", Shape::Object)],
    one_of: &[],
    check,
};

fn check(context: &mut Context<'_>, given: &Given<'_>) {
    if let Some((at, code)) = given.literal("code")
        && code.trim().is_empty()
    {
        context
            .error(Code::InvalidValue, at.span(), &at.path, "the script is empty")
            .help("what it gives back is the step's output: `code: return event.data.name`");
    }
}
