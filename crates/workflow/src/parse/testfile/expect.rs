//! `expect:` of a case.

use std::time::Duration;

use indexmap::IndexMap;

use super::super::context::Context;
use super::super::duration;
use super::super::fields::Fields;
use super::super::place::At;
use super::mock::known_step;
use super::{Companion, matcher};
use crate::diagnostic::Code;
use crate::ids::StepId;
use crate::journal::StepStatus;
use crate::model::{Action, Step};
use crate::testfile::{CaseStatus, Expectation, Matcher, StepExpectation, Took};
use crate::yaml::Data;

const KEYS: [&str; 5] = ["status", "output", "error", "steps", "took"];

const ERROR_KEYS: [&str; 3] = ["step", "kind", "message"];

const STEP_KEYS: [&str; 9] =
    ["ran", "status", "attempts", "with", "output", "error", "logs", "times", "runs"];

const STEP_ERROR_KEYS: [&str; 3] = ["kind", "message", "status"];

pub(super) fn read(context: &mut Context<'_>, at: &At<'_>, companion: &Companion<'_>) -> Option<Expectation> {
    let mut fields = at.map(context)?;
    if fields.names().is_empty() {
        context
            .error(Code::MissingKey, at.span(), &at.path, "nothing is expected of this case")
            .help("the least is `status: succeeded`");
        return None;
    }
    let status = fields.take("status").map(|at| status(context, &at));
    let output = fields.take("output").map(|at| matcher::read(context, &at));
    let error = fields.take("error").map(|at| error(context, &at, &ERROR_KEYS));
    let steps = fields.take("steps").map(|at| steps(context, &at, companion));
    let took = fields.take("took").map(|at| took(context, &at));
    fields.finish(context, &KEYS);
    Some(Expectation {
        status: whole(status)?,
        output: whole(output)?,
        error: whole(error)?,
        steps: whole(steps)?.unwrap_or_default(),
        took: whole(took)?,
    })
}

/// A field that was left out is none; one with a mistake has none to give.
#[expect(clippy::option_option, reason = "one for being left out, one for being wrong")]
fn whole<T>(field: Option<Option<T>>) -> Option<Option<T>> {
    match field {
        Some(read) => read.map(Some),
        None => Some(None),
    }
}

fn status(context: &mut Context<'_>, at: &At<'_>) -> Option<CaseStatus> {
    let word = at.choice(context, &CaseStatus::ALL.map(CaseStatus::as_str))?;
    CaseStatus::ALL.into_iter().find(|status| status.as_str() == word)
}

/// A map of what is said of an error.
fn error(context: &mut Context<'_>, at: &At<'_>, known: &[&str]) -> Option<Matcher> {
    if let Data::Text(text) = &at.node.data {
        let message = "`error` must be a map, found text";
        context
            .error(Code::WrongType, at.span(), &at.path, message)
            .help(format!("write `error: {{ message: {{ contains: \"{}\" }} }}`", text.escape_debug()));
        return None;
    }
    if at.is_null() {
        return Some(Matcher::Equals(serde_json::Value::Null));
    }
    let mut fields = at.map(context)?;
    let read: Vec<Option<(String, Matcher)>> = known
        .iter()
        .filter_map(|name| Some((name, fields.take(name)?)))
        .map(|(name, at)| Some(((*name).to_owned(), matcher::read(context, &at)?)))
        .collect();
    fields.finish(context, known);
    read.into_iter().collect::<Option<_>>().map(Matcher::Fields)
}

fn steps(
    context: &mut Context<'_>,
    at: &At<'_>,
    companion: &Companion<'_>,
) -> Option<IndexMap<StepId, StepExpectation>> {
    let known = companion.steps();
    let fields = at.map(context)?.rest();
    let steps: Vec<Option<(StepId, StepExpectation)>> = fields
        .into_iter()
        .map(|(key, at)| {
            let step = known_step(context, &key.name, key.span, &at.path, known.as_deref()).ok().flatten();
            let fields = at.map(context)?;
            Some((StepId::new(key.name.clone()), expected_step(context, fields, step)?))
        })
        .collect();
    steps.into_iter().collect()
}

fn expected_step(
    context: &mut Context<'_>,
    mut fields: Fields<'_>,
    step: Option<&Step>,
) -> Option<StepExpectation> {
    let ran = fields.take("ran").map(|at| at.boolean(context));
    let status = fields.take("status").map(|at| step_status(context, &at));
    let attempts = fields.take("attempts").map(|at| matcher::count(context, &at));
    let with_at = fields.take("with");
    let with = with_at.as_ref().map(|at| matcher::read(context, at));
    let output = fields.take("output").map(|at| matcher::read(context, &at));
    let error = fields.take("error").map(|at| error(context, &at, &STEP_ERROR_KEYS));
    let logs = fields.take("logs").map(|at| matcher::read(context, &at));
    let times = fields.take("times").map(|at| matcher::count(context, &at));
    let runs = fields.take("runs").map(|at| runs(context, &at, step));
    if let (Some(at), Some(step)) = (&with_at, step) {
        check_with(context, at, step);
    }
    fields.finish(context, &STEP_KEYS);
    Some(StepExpectation {
        ran: whole(ran)?,
        status: whole(status)?,
        attempts: whole(attempts)?,
        with: whole(with)?,
        output: whole(output)?,
        error: whole(error)?,
        logs: whole(logs)?,
        times: whole(times)?,
        runs: whole(runs)?,
    })
}

fn step_status(context: &mut Context<'_>, at: &At<'_>) -> Option<Matcher> {
    let known = [StepStatus::Succeeded, StepStatus::Failed, StepStatus::Skipped, StepStatus::Cancelled]
        .map(|status| serde_json::to_value(status).unwrap_or_default());
    let words: Vec<&str> = known.iter().filter_map(serde_json::Value::as_str).collect();
    at.choice(context, &words).map(|word| Matcher::Equals(word.into()))
}

fn runs(context: &mut Context<'_>, at: &At<'_>, step: Option<&Step>) -> Option<Vec<StepExpectation>> {
    let runs: Vec<Option<StepExpectation>> = at
        .list(context)?
        .iter()
        .map(|item| {
            let fields = item.map(context)?;
            expected_step(context, fields, step)
        })
        .collect();
    runs.into_iter().collect()
}

/// Notes that `with` is looked for where there is none: a block has none.
fn check_with(context: &mut Context<'_>, at: &At<'_>, step: &Step) {
    if matches!(step.action, Action::Uses { .. }) {
        return;
    }
    let message = format!("`{}` is a `{}`, which has no `with`", step.id, step.action.as_str());
    context.error(Code::InvalidValue, at.span(), &at.path, message).help("look at the steps in it");
}

fn took(context: &mut Context<'_>, at: &At<'_>) -> Option<Took> {
    if !matches!(at.node.data, Data::Map(_)) {
        return length_of_time(context, at).map(Took::Exactly);
    }
    let mut fields = at.map(context)?;
    let at_least = fields.take("at_least").map(|at| length_of_time(context, &at));
    let at_most = fields.take("at_most").map(|at| length_of_time(context, &at));
    if at_least.is_none() && at_most.is_none() {
        context
            .error(Code::MissingKey, at.span(), &at.path, "`took` needs `at_most`, `at_least` or both")
            .help("for instance `took: { at_most: 2h }`, or `took: 90s` for just that long");
    }
    fields.finish(context, &["at_least", "at_most"]);
    Some(Took::Within { at_least: whole(at_least)?, at_most: whole(at_most)? })
}

/// A duration, of which nothing is one too.
fn length_of_time(context: &mut Context<'_>, at: &At<'_>) -> Option<Duration> {
    match &at.node.data {
        Data::Text(text) if matches!(text.trim(), "0s" | "0ms") => Some(Duration::ZERO),
        _ => duration::read(context, at),
    }
}
