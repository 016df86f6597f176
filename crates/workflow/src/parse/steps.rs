//! The list of steps, and their ids.

use super::context::Context;
use super::names::{Names, Stands};
use super::place::At;
use super::step;
use crate::diagnostic::Code;
use crate::ids::StepId;
use crate::model::Step;
use crate::source::Span;
use crate::yaml::Data;

const MAX_ID: usize = 63;

/// What cannot be an id, as expressions use the word.
const WORDS: [&str; 13] =
    ["and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "loop", "self", "steps"];

pub(super) fn read(context: &mut Context<'_>, at: &At<'_>, variables: &[String]) -> Option<Vec<Step>> {
    let items = at.list(context)?;
    if items.is_empty() {
        context.error(Code::MissingKey, at.span(), &at.path, "a workflow needs at least one step");
        return None;
    }
    let ids = ids(context, &items);
    let steps: Vec<Option<Step>> = items
        .iter()
        .enumerate()
        .map(|(index, item)| {
            let names = Names { stands: Stands::Step(index), variables, steps: &ids };
            step::read(context, item, ids[index].clone(), &names)
        })
        .collect();
    steps.into_iter().collect()
}

/// The id of each step: its own, or `step_1` for the first one, and so on.
fn ids(context: &mut Context<'_>, items: &[At<'_>]) -> Vec<StepId> {
    let mut ids: Vec<StepId> = Vec::new();
    let mut places: Vec<Option<Span>> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let given = given_id(item);
        let id = given.as_ref().and_then(|at| id(context, at));
        if let (Some(id), Some(at)) = (&id, &given)
            && let Some(earlier) = ids.iter().position(|other| other == id)
        {
            let line = places[earlier].map_or(0, |span| context.source().position(span.start).line);
            let message = format!("a step on line {line} is called `{id}` already");
            context
                .error(Code::DuplicateId, at.span(), &at.path, message)
                .help("give one of them another id");
        }
        ids.push(id.unwrap_or_else(|| StepId::new(format!("step_{}", index + 1))));
        places.push(given.map(|at| at.span()));
    }
    ids
}

fn given_id<'a>(item: &At<'a>) -> Option<At<'a>> {
    let Data::Map(fields) = &item.node.data else { return None };
    fields.iter().find(|(key, _)| key.name == "id").map(|(_, value)| item.child("id", value))
}

fn id(context: &mut Context<'_>, at: &At<'_>) -> Option<StepId> {
    let text = at.text(context)?;
    let is_valid = text.len() <= MAX_ID
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
    if !is_valid {
        let shown: String = text.chars().take(MAX_ID + 1).collect();
        let rule = format!("small letters, digits and `_`, a letter first, at most {MAX_ID} characters");
        let better = text.to_lowercase().replace(['-', ' ', '.'], "_");
        let is_better =
            better != text && better.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        let help = if is_better { format!("for instance `{better}`: {rule}") } else { rule };
        context
            .error(Code::InvalidName, at.span(), &at.path, format!("`{shown}` cannot be an id"))
            .help(help);
        return None;
    }
    let number =
        text.strip_prefix("step_").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    if number || WORDS.contains(&text) {
        let message = format!("`{text}` is reserved");
        let help = if number { "steps without an id are called that" } else { "expressions use the word" };
        context.error(Code::ReservedId, at.span(), &at.path, message).help(help);
        return None;
    }
    Some(StepId::new(text))
}
