//! One step.

use super::block;
use super::context::Context;
use super::fields::Fields;
use super::names::{Names, Stands};
use super::outline::From;
use super::place::At;
use super::suggest::{block_called_otherwise, did_you_mean, kind_called_otherwise, listed};
use super::with::close_table::CALLS;
use super::{duration, expressions, retry, with};
use crate::diagnostic::Code;
use crate::model::{Action, OnInterrupt, Retry, Step, StepKind};

/// What every step may have.
const KEYS: [&str; 6] = ["id", "name", "if", "retry", "timeout", "continue_on_error"];

/// What a single step has besides.
const USES: [&str; 3] = ["uses", "with", "on_interrupt"];

/// Reads a step. Its id was checked as the outline was drawn.
pub(super) fn read(context: &mut Context<'_>, at: &At<'_>, names: &Names<'_>) -> Option<Step> {
    let mut fields = at.map(context)?;
    let outline = names.outline()?;
    let own = outline.at(&at.path)?;
    let names = &names.at(Stands::Steps(From::Step(own)));
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
    let on_interrupt = on_interrupt(context, &mut fields).unwrap_or_default();
    let action = action(context, fields, names);
    Some(Step {
        id: outline.step(own).id.clone(),
        name,
        condition,
        retry: retry?,
        timeout,
        continue_on_error,
        on_interrupt,
        action: action?,
    })
}

/// A block is never cut short itself: the steps in it are, so there it is left for [`finish`] to find.
fn on_interrupt(context: &mut Context<'_>, fields: &mut Fields<'_>) -> Option<OnInterrupt> {
    let names = fields.names();
    if !names.contains(&"uses") && names.iter().any(|name| is_action(name)) {
        return None;
    }
    let at = fields.take("on_interrupt")?;
    match at.choice(context, &["retry", "fail"])? {
        "fail" => Some(OnInterrupt::Fail),
        _ => Some(OnInterrupt::Retry),
    }
}

fn action(context: &mut Context<'_>, mut fields: Fields<'_>, names: &Names<'_>) -> Option<Action> {
    let actions: Vec<&str> = fields.names().iter().copied().filter(|name| is_action(name)).collect();
    let Some((&action, others)) = actions.split_first() else {
        return nothing(context, fields);
    };
    for other in others {
        let Some((key, at)) = fields.take_with_key(other) else { continue };
        let message = format!("a step is one thing, and this one is `{action}` already");
        context
            .error(Code::ConflictingKeys, key, &at.path, message)
            .help(format!("begin another step for it: `- {other}:`"));
    }
    let (action, own_keys) = match block::KINDS.iter().find(|kind| kind.word == action) {
        Some(kind) => ((kind.read)(context, &mut fields, names), kind.keys),
        None => (uses(context, &mut fields, names), USES.as_slice()),
    };
    // What belongs to the others that it wants to be is not held against it as well.
    for stray in block::KINDS.iter().filter(|kind| others.contains(&kind.word)).flat_map(|kind| kind.keys) {
        fields.take(stray);
    }
    if others.contains(&"uses") {
        fields.take("with");
    }
    finish(context, fields, own_keys);
    if others.is_empty() { action } else { None }
}

fn is_action(name: &str) -> bool {
    name == "uses" || block::KINDS.iter().any(|kind| kind.word == name)
}

/// A step that does nothing.
fn nothing(context: &mut Context<'_>, mut fields: Fields<'_>) -> Option<Action> {
    let elsewhere = fields.names().iter().find_map(|name| Some((*name, block_called_otherwise(name)?)));
    if let Some((theirs, ours)) = elsewhere
        && let Some((key, at)) = fields.take_with_key(theirs)
    {
        context
            .error(Code::UnknownKey, key, &at.path, format!("unknown key `{theirs}`"))
            .help(format!("did you mean `{ours}`?"));
        forgive(&mut fields);
        finish(context, fields, &USES);
        return None;
    }
    let orphan =
        ["catch", "finally", "steps", "as", "with"].into_iter().find(|name| fields.names().contains(name));
    let (needed, help) = match orphan {
        Some("catch" | "finally") => ("`try`", "put the steps that may fail under `try:`, in the same step"),
        Some("steps") => (
            "`for_each` or `loop`",
            "say how often the steps run: `for_each: event.data.contacts`, or `loop: { until: … }`",
        ),
        Some("as") => ("`for_each`", "add `for_each:` with what gives the list"),
        Some(_) => ("`uses`", "add `uses:` with the kind of step that `with` is for"),
        None => (
            "`uses`, or a block",
            "add `uses:`, or one of `parallel:`, `for_each:`, `switch:`, `try:` and `loop:`",
        ),
    };
    let at = fields.at().clone();
    let message = match orphan {
        Some(orphan) => format!("a step with `{orphan}` needs {needed}"),
        None => format!("a step needs {needed}"),
    };
    context.error(Code::MissingKey, at.span(), &at.path, message).help(help);
    fields.take("with");
    forgive(&mut fields);
    finish(context, fields, &USES);
    None
}

/// Takes what goes with blocks: in a step of which it is not known what it is, nothing is out of place.
fn forgive(fields: &mut Fields<'_>) {
    for key in block::KINDS.iter().flat_map(|kind| kind.keys) {
        fields.take(key);
    }
}

/// Notes the keys that nobody took.
fn finish(context: &mut Context<'_>, mut fields: Fields<'_>, own: &[&str]) {
    let is_misplaced = |name: &&str| !KEYS.contains(name) && !own.contains(name);
    let misplaced: Vec<&str> = fields.names().iter().copied().filter(is_misplaced).collect();
    for name in misplaced {
        let Some(help) = belongs(name, own) else { continue };
        if let Some((key, at)) = fields.take_with_key(name) {
            context
                .error(Code::UnknownKey, key, &at.path, format!("`{name}` does not belong here"))
                .help(help);
        }
    }
    // Every action is a near word, though the step has one.
    let known: Vec<&str> = KEYS.into_iter().chain(own.iter().copied()).collect();
    fields.finish(context, &known);
}

/// Where a key belongs that this step cannot have.
fn belongs(name: &str, own: &[&str]) -> Option<String> {
    let is_single = own.contains(&"uses");
    Some(match name {
        "on_interrupt" => {
            "it goes with `uses`: write it on those steps in the block that reach outside".to_owned()
        }
        "with" => "`with` goes with `uses`; what a block is given stands in its steps".to_owned(),
        "until" | "max_iterations" | "every" if own.contains(&"loop") => {
            format!("put it into `loop:`: `loop: {{ {name}: … }}`")
        }
        "when" | "default" if own.contains(&"switch") => {
            "put it into an arm: `switch: [ { when: …, steps: [ … ] } ]`".to_owned()
        }
        "catch" | "finally" => "it goes with `try`: put this step into the list of a `try`".to_owned(),
        "concurrency" if is_single => {
            "it goes with `for_each`; that of the whole workflow stands beside `steps`".to_owned()
        }
        "as" | "concurrency" => "it goes with `for_each`".to_owned(),
        "steps" if is_single => "it goes with `for_each` and `loop`".to_owned(),
        "steps" => {
            "it goes with `for_each` and `loop`; this block has its lists of steps in itself".to_owned()
        }
        _ => return None,
    })
}

fn uses(context: &mut Context<'_>, fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Action> {
    let with = fields.take("with");
    let at = fields.take("uses")?;
    if let Some(call) = at.as_text().and_then(with::close_call::find) {
        let with = with::close_call::read(context, call, with, fields.at(), names)?;
        return Some(Action::Uses { kind: StepKind::Close, with });
    }
    let kind = kind(context, &at)?;
    let with = with::read(context, kind, with, fields.at(), names)?;
    Some(Action::Uses { kind, with })
}

fn kind(context: &mut Context<'_>, at: &At<'_>) -> Option<StepKind> {
    let text = at.text(context)?;
    let found = StepKind::ALL.into_iter().find(|kind| kind.as_str() == text);
    if found.is_none() {
        let known = || StepKind::ALL.into_iter().map(StepKind::as_str);
        let shown: String = text.chars().take(60).collect();
        let help = if block::KINDS.iter().any(|kind| kind.word == text) {
            format!("it is a block: write `{text}:` in the place of `uses:`")
        } else {
            did_you_mean(text, known().chain(CALLS.iter().map(|call| call.name)))
                .or_else(|| kind_called_otherwise(text))
                .unwrap_or_else(|| format!("step kinds: {}", listed(known())))
        };
        context
            .error(Code::UnknownStepKind, at.span(), &at.path, format!("no step kind is called `{shown}`"))
            .help(help);
    }
    found
}
