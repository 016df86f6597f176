//! One step.

use super::context::Context;
use super::fields::{Fields, not_yet};
use super::names::Names;
use super::place::At;
use super::suggest::{did_you_mean, listed};
use super::{duration, expressions, retry, with};
use crate::diagnostic::Code;
use crate::ids::StepId;
use crate::model::{Action, OnInterrupt, Retry, Step, StepKind};

const KEYS: [&str; 9] =
    ["id", "name", "if", "uses", "with", "retry", "timeout", "continue_on_error", "on_interrupt"];

/// The control blocks, which later versions bring, and what belongs to them.
const LATER: [&str; 10] =
    ["parallel", "for_each", "as", "concurrency", "steps", "switch", "try", "catch", "finally", "loop"];

/// The step kinds that later versions bring.
const LATER_KINDS: [&str; 0] = [];

/// Reads a step. Its id was checked before.
pub(super) fn read(context: &mut Context<'_>, at: &At<'_>, id: StepId, names: &Names<'_>) -> Option<Step> {
    let mut fields = at.map(context)?;
    fields.take("id");
    let name = fields.take("name").and_then(|at| at.text(context)).map(str::to_owned);
    let condition = fields.take("if").and_then(|at| expressions::condition(context, &at, names));
    let retry = match fields.take("retry") {
        Some(at) => retry::read(context, &at),
        None => Some(Retry::NONE),
    };
    let timeout = fields.take("timeout").and_then(|at| duration::read(context, &at));
    let continue_on_error =
        fields.take("continue_on_error").and_then(|at| at.boolean(context)).unwrap_or(false);
    let on_interrupt =
        fields.take("on_interrupt").and_then(|at| on_interrupt(context, &at)).unwrap_or_default();
    let action = action(context, &mut fields, names);
    fields.finish(context, &KEYS, &LATER);
    Some(Step {
        id,
        name,
        condition,
        retry: retry?,
        timeout,
        continue_on_error,
        on_interrupt,
        action: action?,
    })
}

fn on_interrupt(context: &mut Context<'_>, at: &At<'_>) -> Option<OnInterrupt> {
    match at.choice(context, &["retry", "fail"])? {
        "fail" => Some(OnInterrupt::Fail),
        _ => Some(OnInterrupt::Retry),
    }
}

fn action(context: &mut Context<'_>, fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Action> {
    let with = fields.take("with");
    let Some(uses) = fields.take("uses") else {
        // A control block is reported as such; it needs no `uses`.
        if !fields.names().iter().any(|name| LATER.contains(name)) {
            fields.missing(context, "uses");
        }
        return None;
    };
    let kind = kind(context, &uses)?;
    let with = with::read(context, kind, with, fields.at(), names)?;
    Some(Action::Uses { kind, with })
}

fn kind(context: &mut Context<'_>, at: &At<'_>) -> Option<StepKind> {
    let text = at.text(context)?;
    let known = || StepKind::ALL.into_iter().map(StepKind::as_str).filter(|kind| !LATER_KINDS.contains(kind));
    let found =
        StepKind::ALL.into_iter().find(|kind| kind.as_str() == text && !LATER_KINDS.contains(&kind.as_str()));
    if found.is_none() {
        if LATER_KINDS.contains(&text) {
            not_yet(context, at.span(), &at.path, &format!("the step kind `{text}`"));
        } else {
            let shown: String = text.chars().take(60).collect();
            context
                .error(
                    Code::UnknownStepKind,
                    at.span(),
                    &at.path,
                    format!("no step kind is called `{shown}`"),
                )
                .help(
                    did_you_mean(text, known()).unwrap_or_else(|| format!("step kinds: {}", listed(known()))),
                );
        }
    }
    found
}
