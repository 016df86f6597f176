//! Loops whose end has nothing to do with what they do.

use super::constant;
use crate::diagnostic::Code;
use crate::expression::Expression;
use crate::parse::context::Context;
use crate::parse::place::At;

/// Notes a condition that never changes.
pub(in crate::parse) fn check(context: &mut Context<'_>, at: &At<'_>, until: &Expression) {
    let Some(truth) = constant(until) else { return };
    let message = if truth {
        "a loop until `true` runs its steps once"
    } else {
        "a loop until `false` never holds, so that the step fails after its last iteration"
    };
    context.warning(Code::ConstantUntil, at.span(), &at.path, message);
}
