//! Steps behind one that always ends the execution.

use super::constant;
use crate::diagnostic::Code;
use crate::model::{Action, Step, StepKind};
use crate::parse::context::Context;
use crate::parse::place::At;

/// Notes the first step of a list that can never be reached.
pub(in crate::parse) fn check(context: &mut Context<'_>, items: &[At<'_>], steps: &[Option<Step>]) {
    let Some(end) = steps.iter().position(|step| step.as_ref().is_some_and(always_ends)) else { return };
    let (Some(next), Some(last)) = (items.get(end + 1), &steps[end]) else { return };
    let word = last.action.as_str();
    let line = context.source().position(items[end].span().start).line;
    let what = if last.action.as_str() == StepKind::Fail.as_str() { "fails" } else { "ends the execution" };
    let message = format!("this step is never reached: the `{word}` on line {line} always {what}");
    context
        .warning(Code::UnreachableStep, next.span(), &next.path, message)
        .help(format!("give the `{word}` an `if`, or put it last"));
}

fn always_ends(step: &Step) -> bool {
    let Action::Uses { kind, .. } = &step.action else { return false };
    let is_unconditional = step.condition.as_ref().is_none_or(|condition| constant(condition) == Some(true));
    is_unconditional
        && match kind {
            StepKind::Return => true,
            StepKind::Fail => !step.continue_on_error,
            _ => false,
        }
}
