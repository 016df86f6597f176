//! `try:`, `catch:` and `finally:`.

use crate::diagnostic::Code;
use crate::model::{Action, Try};
use crate::parse::context::Context;
use crate::parse::fields::Fields;
use crate::parse::names::Names;
use crate::parse::steps;

pub(super) fn read(context: &mut Context<'_>, fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Action> {
    let mut list =
        |key: &str, empty: &str| fields.take(key).map(|at| steps::read(context, &at, empty, names));
    let tried = list("try", "add the steps that may fail")?;
    let catch = list("catch", "to go on after a failure and do nothing about it, log it: `- uses: log`");
    let finally = list("finally", "take `finally` away, or give it a step");
    if catch.is_none() && finally.is_none() {
        let at = fields.at();
        context
            .error(Code::MissingKey, at.span(), &at.path, "`try` needs `catch`, `finally` or both")
            .help("add `catch:` beside it with what is done when a step in `try` fails");
        return None;
    }
    let catch = match catch {
        Some(catch) => Some(catch?),
        None => None,
    };
    let finally = finally.unwrap_or_else(|| Some(Vec::new()));
    Some(Action::Try(Try { steps: tried?, catch, finally: finally? }))
}
