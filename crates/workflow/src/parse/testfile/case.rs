//! The list of cases, and what they have in common.

use super::super::context::Context;
use super::super::place::At;
use super::given::{self, Given};
use super::{Companion, expect};
use crate::diagnostic::Code;
use crate::testfile::{Case, DEFAULT_NOW};

/// The longest name of a case, in characters.
const MAX_NAME: usize = 200;

pub(super) fn defaults(context: &mut Context<'_>, at: &At<'_>, companion: &Companion<'_>) -> Option<Given> {
    let mut fields = at.map(context)?;
    let given = Given::take(context, &mut fields, companion);
    fields.finish(context, &given::KEYS);
    given
}

pub(super) fn list(
    context: &mut Context<'_>,
    at: &At<'_>,
    defaults: &Given,
    companion: &Companion<'_>,
) -> Option<Vec<Case>> {
    let items = at.list(context)?;
    if items.is_empty() {
        context
            .error(Code::MissingKey, at.span(), &at.path, "a test file needs at least one case")
            .help("`- name: what is to happen` begins one");
        return None;
    }
    let mut lines_of_names: Vec<(String, usize)> = Vec::new();
    let cases: Vec<Option<Case>> =
        items.iter().map(|item| case(context, item, defaults, companion, &mut lines_of_names)).collect();
    cases.into_iter().collect()
}

fn case(
    context: &mut Context<'_>,
    at: &At<'_>,
    defaults: &Given,
    companion: &Companion<'_>,
    earlier: &mut Vec<(String, usize)>,
) -> Option<Case> {
    let line = context.source().position(at.span().start).line;
    let mut fields = at.map(context)?;
    let name = fields.require(context, "name").and_then(|at| name(context, &at, earlier));
    let inputs_at = fields.names().contains(&"inputs");
    let given = Given::take(context, &mut fields, companion);
    if inputs_at {
        given::check_inputs(context, at, companion);
    }
    let expect = if let Some(at) = fields.take("expect") {
        expect::read(context, &at, companion)
    } else {
        context
            .error(Code::MissingKey, at.span(), &at.path, "a case needs `expect`")
            .help("say what is to come of it: the least is `expect: { status: succeeded }`");
        None
    };
    let known: Vec<&str> = ["name"].into_iter().chain(given::KEYS).chain(["expect"]).collect();
    fields.finish(context, &known);
    let given = given?.over(defaults);
    Some(Case {
        name: name?,
        line,
        event: given.event,
        inputs: given.inputs,
        trigger: given.trigger,
        now: given.now.unwrap_or(DEFAULT_NOW),
        mocks: given.mocks,
        expect: expect?,
    })
}

fn name(context: &mut Context<'_>, at: &At<'_>, earlier: &mut Vec<(String, usize)>) -> Option<String> {
    let text = at.text(context)?.trim();
    if text.is_empty() || text.chars().count() > MAX_NAME {
        let message = format!("the name of a case has from 1 to {MAX_NAME} characters");
        context
            .error(Code::InvalidName, at.span(), &at.path, message)
            .help("say in a few words what is to happen");
        return None;
    }
    let line = context.source().position(at.span().start).line;
    if let Some((_, first)) = earlier.iter().find(|(name, _)| name == text) {
        let message = format!("the case on line {first} has this name already");
        context
            .error(Code::DuplicateId, at.span(), &at.path, message)
            .help("give each case a name of its own");
        return None;
    }
    earlier.push((text.to_owned(), line));
    Some(text.to_owned())
}
