//! `mocks:`: what stands in for steps, by their ids.

use std::time::Duration;

use indexmap::IndexMap;

use super::super::context::Context;
use super::super::duration;
use super::super::fields::Fields;
use super::super::place::At;
use super::super::suggest::{did_you_mean, listed};
use super::Companion;
use crate::diagnostic::Code;
use crate::ids::StepId;
use crate::model::{Action, Step, StepKind};
use crate::source::Span;
use crate::testfile::{Answer, Mock, MockError, Reply};
use crate::yaml::Data;

/// What a mock is: it has one of them.
const ANSWERS: [&str; 3] = ["output", "error", "sequence"];

/// All that a mock may have.
const KEYS: [&str; 4] = ["output", "error", "sequence", "delay"];

/// All that an answer of a sequence may have.
const REPLY_KEYS: [&str; 3] = ["output", "error", "delay"];

const ERROR_KEYS: [&str; 4] = ["kind", "message", "status", "retryable"];

/// What the output of an `http` step is made of.
const HTTP_OUTPUT: [&str; 3] = ["status", "headers", "body"];

pub(super) fn read(
    context: &mut Context<'_>,
    at: &At<'_>,
    companion: &Companion<'_>,
) -> Option<IndexMap<StepId, Mock>> {
    let steps = companion.steps();
    let fields = at.map(context)?.rest();
    let mocks: Vec<Option<(StepId, Mock)>> = fields
        .into_iter()
        .map(|(key, at)| {
            let step = known_step(context, &key.name, key.span, &at.path, steps.as_deref());
            if let Ok(Some(step)) = step {
                check_kind(context, step, key.span, &at.path);
            }
            let kind = step.ok().flatten().and_then(kind);
            let mock = mock(context, &at, kind)?;
            Some((StepId::new(key.name.clone()), mock))
        })
        .collect();
    mocks.into_iter().collect()
}

/// The step of that id; none where the steps are not known. Notes an id that no step has.
pub(super) fn known_step<'a>(
    context: &mut Context<'_>,
    id: &str,
    span: Span,
    path: &str,
    steps: Option<&[&'a Step]>,
) -> Result<Option<&'a Step>, ()> {
    let Some(steps) = steps else { return Ok(None) };
    let found = steps.iter().copied().find(|step| step.id.as_str() == id);
    if found.is_none() {
        let shown: String = id.chars().take(60).collect();
        let ids = || steps.iter().map(|step| step.id.as_str());
        let help =
            did_you_mean(id, ids()).unwrap_or_else(|| format!("the workflow's steps are {}", listed(ids())));
        context.error(Code::UnknownStep, span, path, format!("no step has the id `{shown}`")).help(help);
        return Err(());
    }
    Ok(found)
}

fn kind(step: &Step) -> Option<StepKind> {
    match step.action {
        Action::Uses { kind, .. } => Some(kind),
        _ => None,
    }
}

/// Notes a mock of what cannot be mocked.
fn check_kind(context: &mut Context<'_>, step: &Step, span: Span, path: &str) {
    let id = step.id.as_str();
    let (message, help) = match step.action {
        Action::Uses { kind: StepKind::Return, .. } => {
            let help = "expect its value as the case's `output`";
            (format!("`{id}` ends the execution and cannot be mocked"), help)
        }
        Action::Uses { .. } => return,
        _ => (format!("`{id}` is a `{}` and cannot be mocked", step.action.as_str()), "mock the steps in it"),
    };
    context.error(Code::InvalidValue, span, path, message).help(help);
}

fn mock(context: &mut Context<'_>, at: &At<'_>, kind: Option<StepKind>) -> Option<Mock> {
    let mut fields = with_one_of(context, at, &ANSWERS)?;
    let delay = delay(context, &mut fields, Duration::ZERO);
    let sequence = fields.take("sequence");
    let always = if sequence.is_some() { None } else { answer(context, &mut fields, kind) };
    fields.finish(context, &KEYS);
    let Some(list) = sequence else { return Some(Mock::Always(Reply { answer: always?, delay: delay? })) };
    let items = list.list(context)?;
    if items.is_empty() {
        context
            .error(Code::MissingKey, list.span(), &list.path, "`sequence` has no answer in it")
            .help("give one for each attempt: `[{ error: { status: 503 } }, { output: … }]`");
        return None;
    }
    let delay = delay?;
    let replies: Vec<Option<Reply>> = items
        .iter()
        .map(|item| {
            let mut fields = with_one_of(context, item, &ANSWERS[..2])?;
            let delay = self::delay(context, &mut fields, delay);
            let answer = answer(context, &mut fields, kind);
            fields.finish(context, &REPLY_KEYS);
            Some(Reply { answer: answer?, delay: delay? })
        })
        .collect();
    replies.into_iter().collect::<Option<_>>().map(Mock::Sequence)
}

/// How long an attempt takes; `otherwise` where that is left out.
fn delay(context: &mut Context<'_>, fields: &mut Fields<'_>, otherwise: Duration) -> Option<Duration> {
    fields.take("delay").map_or(Some(otherwise), |at| duration::read(context, &at))
}

/// The fields of a map that has just one of `keys`.
fn with_one_of<'a>(context: &mut Context<'_>, at: &At<'a>, keys: &[&str]) -> Option<Fields<'a>> {
    let fields = at.map(context)?;
    let given: Vec<&str> = keys.iter().copied().filter(|key| fields.names().contains(key)).collect();
    match given.as_slice() {
        [_] => {}
        [] => {
            let message = format!("{} needs one of {}", at.label(), listed(keys.iter().copied()));
            context
                .error(Code::MissingKey, at.span(), &at.path, message)
                .help("for instance `{ output: { id: lead_1 } }`, or `{ error: { status: 503 } }`");
        }
        [first, others @ ..] => {
            let message = format!("`{first}` and {} exclude each other", listed(others.iter().copied()));
            context
                .error(Code::ConflictingKeys, at.span(), &at.path, message)
                .help("several answers go into `sequence`, one for each attempt");
        }
    }
    Some(fields)
}

fn answer(context: &mut Context<'_>, fields: &mut Fields<'_>, kind: Option<StepKind>) -> Option<Answer> {
    let error = fields.take("error");
    let output = fields.take("output");
    match (output, error) {
        (Some(at), None) => Some(Answer::Output(output_of(context, &at, kind)?)),
        (None, Some(at)) => self::error(context, &at).map(Answer::Error),
        _ => None,
    }
}

/// The output as the step would give it: of an `http` step, what is left out is filled in.
fn output_of(context: &mut Context<'_>, at: &At<'_>, kind: Option<StepKind>) -> Option<serde_json::Value> {
    let value = super::value(context, at);
    if kind != Some(StepKind::Http) {
        return Some(value);
    }
    let help = "an `http` step gives `{ status, headers, body }`: put the answer under `body`";
    let Data::Map(fields) = &at.node.data else {
        let message = format!("the output of an `http` step is a map, found {}", at.node.data.kind());
        context.error(Code::WrongType, at.span(), &at.path, message).help(help);
        return None;
    };
    if let Some((key, _)) = fields.iter().find(|(key, _)| !HTTP_OUTPUT.contains(&key.name.as_str())) {
        let message = format!("the output of an `http` step has no `{}`", key.name);
        context.error(Code::UnknownKey, key.span, &at.path, message).help(help);
        return None;
    }
    let field =
        |name: &str, absent: serde_json::Value| (name.to_owned(), value.get(name).cloned().unwrap_or(absent));
    Some(serde_json::Value::Object(
        [
            field("status", 200.into()),
            field("headers", serde_json::Map::new().into()),
            field("body", serde_json::Value::Null),
        ]
        .into_iter()
        .collect(),
    ))
}

fn error(context: &mut Context<'_>, at: &At<'_>) -> Option<MockError> {
    if let Data::Text(message) = &at.node.data {
        return Some(of(None, Some(message.clone()), None, None));
    }
    if at.is_null() {
        return Some(of(None, None, None, None));
    }
    let mut fields = at.map(context)?;
    let kind = fields.take("kind").map(|at| at.text(context).map(str::to_owned));
    let message = fields.take("message").map(|at| at.text(context).map(str::to_owned));
    let status = fields.take("status").map(|at| status(context, &at));
    let retryable = fields.take("retryable").map(|at| at.boolean(context));
    fields.finish(context, &ERROR_KEYS);
    Some(of(
        kind.map_or(Some(None), |kind| kind.map(Some))?,
        message.map_or(Some(None), |message| message.map(Some))?,
        status.map_or(Some(None), |status| status.map(Some))?,
        retryable.map_or(Some(None), |retryable| retryable.map(Some))?,
    ))
}

fn of(
    kind: Option<String>,
    message: Option<String>,
    status: Option<u16>,
    retryable: Option<bool>,
) -> MockError {
    let by_status = if status.is_some() { "http_status" } else { MockError::KIND };
    let kind = kind.unwrap_or_else(|| by_status.to_owned());
    let message = message.unwrap_or_else(|| match status {
        Some(status) => format!("the mock answered {status}"),
        None => "the mock failed".to_owned(),
    });
    let retryable = retryable.unwrap_or_else(|| MockError::is_retryable_by_nature(&kind, status));
    MockError { kind, message, status, retryable }
}

fn status(context: &mut Context<'_>, at: &At<'_>) -> Option<u16> {
    let Data::Number(number) = &at.node.data else {
        at.wrong_type(context, "a number");
        return None;
    };
    let status = number.as_u64().and_then(|status| u16::try_from(status).ok());
    let status = status.filter(|status| (100..600).contains(status));
    if status.is_none() {
        context
            .error(Code::InvalidValue, at.span(), &at.path, format!("`{number}` is no HTTP status"))
            .help("it is a number from 100 to 599");
    }
    status
}
