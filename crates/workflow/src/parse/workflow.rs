//! The whole of a file.

use indexmap::IndexMap;

use super::context::Context;
use super::fields::Fields;
use super::names::{Defined, Names, Stands};
use super::outline::From;
use super::place::At;
use super::{check, concurrency, duration, event_fields, expressions, mask, outline, steps, trigger, vars};
use crate::diagnostic::Code;
use crate::expression::TemplateTree;
use crate::ids::WorkflowName;
use crate::model::{Inputs, Trigger, TriggerKind, Workflow};
use crate::yaml::Data;

const KEYS: [&str; 10] = [
    "name",
    "description",
    "triggers",
    "vars",
    "concurrency",
    "timeout",
    "mask",
    "steps",
    "on_failure",
    "outputs",
];

const MAX_NAME: usize = 63;

pub(super) fn read(context: &mut Context<'_>, root: &At<'_>) -> Option<Workflow> {
    if !matches!(root.node.data, Data::Map(_)) {
        let found = if root.is_null() {
            "the file is empty".to_owned()
        } else {
            format!("a workflow is a map, found {}", root.node.data.kind())
        };
        context
            .error(Code::WrongType, root.span(), "", found)
            .help("it begins with `name:`, and has `triggers:` and `steps:`");
        return None;
    }
    let mut fields = root.map(context)?;
    let name = fields.require(context, "name").and_then(|at| name(context, &at));
    let description = fields.take("description").and_then(|at| at.text(context)).map(str::to_owned);
    let triggers_at = fields.require(context, "triggers");
    let vars_at = fields.take("vars");
    let steps_at = fields.require(context, "steps");
    let on_failure_at = fields.take("on_failure");

    let triggers = triggers_at.as_ref().and_then(|at| trigger::read(context, at));
    let payload =
        triggers.as_deref().map(|triggers| event_fields::of_all(context, triggers)).unwrap_or_default();
    context.set_payload(payload);
    let defined = Defined {
        variables: vars::names(vars_at.as_ref()),
        written_out: vars::written_out(vars_at.as_ref()),
        inputs: triggers.as_deref().and_then(inputs),
        outline: outline::gather(context, steps_at.as_ref(), on_failure_at.as_ref()),
    };
    if let (Some(at), Some(triggers)) = (&triggers_at, &triggers) {
        check::respond::check(context, at, triggers, &defined.outline);
    }
    let vars = match vars_at {
        Some(at) => vars::read(context, &at, &defined),
        None => Some(IndexMap::new()),
    };
    let concurrency = fields.take("concurrency").map(|at| concurrency::read(context, &at, &defined));
    let timeout = fields.take("timeout").map(|at| duration::read(context, &at));
    let mask = match fields.take("mask") {
        Some(at) => mask::read(context, &at, &defined),
        None => Some(Vec::new()),
    };
    let names = Names::new(Stands::Steps(From::End), &defined);
    let empty = "`- uses: log` with `with: { message: hello }` is the least";
    let steps = steps_at.and_then(|at| steps::read(context, &at, empty, &names));
    let on_failure = match on_failure_at {
        Some(at) => steps::read(context, &at, "take `on_failure` away, or give it a step", &names),
        None => Some(Vec::new()),
    };
    let outputs = fields.take("outputs").map(|at| outputs(context, &at, &names));
    misplaced_inputs(context, &mut fields);
    fields.finish(context, &KEYS);
    Some(Workflow {
        name: name?,
        description,
        triggers: triggers?,
        vars: vars?,
        concurrency: whole(concurrency)?,
        timeout: whole(timeout)?,
        mask: mask?,
        steps: steps?,
        on_failure: on_failure?,
        outputs: whole(outputs)?,
    })
}

/// A part that may be left out: none where it is there and could not be read.
#[expect(clippy::option_option, reason = "left out, and there but wrong, are two things")]
fn whole<T>(part: Option<Option<T>>) -> Option<Option<T>> {
    match part {
        Some(part) => part.map(Some),
        None => Some(None),
    }
}

/// The inputs that can be given, where every start by hand says which.
fn inputs(triggers: &[Trigger]) -> Option<Vec<String>> {
    let by_hand = triggers.iter().filter_map(|trigger| match &trigger.kind {
        TriggerKind::Manual(manual) => Some(manual),
        _ => None,
    });
    let declared: Option<Vec<&Inputs>> = by_hand.map(|manual| manual.inputs.as_ref()).collect();
    let declared = declared.filter(|declared| !declared.is_empty())?;
    Some(declared.iter().flat_map(|inputs| inputs.fields.keys().cloned()).collect())
}

fn outputs(context: &mut Context<'_>, at: &At<'_>, names: &Names<'_>) -> Option<TemplateTree> {
    if !matches!(at.node.data, Data::Map(_)) {
        let help = "give each output a name: `outputs: { total: \"${{ steps.sum.output }}\" }`";
        at.wrong_type_with(context, "a map", help.to_owned());
        return None;
    }
    expressions::tree(context, at, names)
}

/// Inputs are what a trigger takes, and other tools have them up here.
fn misplaced_inputs(context: &mut Context<'_>, fields: &mut Fields<'_>) {
    if let Some((key, at)) = fields.take_with_key("inputs") {
        context
            .error(Code::UnknownKey, key, &at.path, "`inputs` belongs to the `manual` trigger")
            .help("put it there: `triggers: [ { manual: { inputs: { … } } } ]`");
    }
}

/// Reads the name of a workflow.
pub(super) fn name(context: &mut Context<'_>, at: &At<'_>) -> Option<WorkflowName> {
    let text = at.text(context)?;
    let is_valid = text.len() <= MAX_NAME
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-');
    if is_valid {
        return Some(WorkflowName::new(text));
    }
    let shown: String = text.chars().take(MAX_NAME + 1).collect();
    let rule = format!("small letters, digits and `-`, a letter first, at most {MAX_NAME} characters");
    let help = match suggestion(&shown) {
        Some(better) => format!("for instance `{better}`: {rule}"),
        None => rule,
    };
    context
        .error(Code::InvalidName, at.span(), &at.path, format!("`{shown}` cannot be the name of a workflow"))
        .help(help);
    None
}

/// The nearest name that would do.
fn suggestion(text: &str) -> Option<String> {
    let ascii = deunicode::deunicode(text).to_ascii_lowercase();
    let words: Vec<&str> =
        ascii.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let name: String =
        words.join("-").chars().skip_while(|first| !first.is_ascii_lowercase()).take(MAX_NAME).collect();
    Some(name.trim_end_matches('-').to_owned()).filter(|name| !name.is_empty())
}
