//! Ids of steps: checked where they are given, made from the position where they are left out.

use std::collections::HashMap;

use super::{Known, Part};
use crate::diagnostic::Code;
use crate::ids::StepId;
use crate::parse::context::Context;
use crate::parse::place::At;

const MAX_ID: usize = 63;

/// What cannot be an id, as expressions use the word.
const WORDS: [&str; 13] =
    ["and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "loop", "self", "steps"];

/// What every id begins with that is made from a position.
const MADE: &str = "step_";

/// Where a step stands: numbers from 1, and the words of the lists, from the outside in.
pub(super) struct Position(String);

impl Position {
    pub(super) fn of_workflow(part: &Part) -> Self {
        Self(if *part == Part::OnFailure { "step_on_failure".to_owned() } else { "step".to_owned() })
    }

    pub(super) fn step(&self, index: usize) -> Self {
        Self(format!("{}_{}", self.0, index + 1))
    }

    pub(super) fn part(&self, part: &Part) -> Self {
        Self(match part {
            // A block with one list needs no word for it.
            Part::Steps | Part::OnFailure => self.0.clone(),
            Part::Branch(name) => {
                let name: String = name.chars().take(MAX_ID).collect();
                format!("{}_{name}", self.0)
            }
            Part::Arm(number) => format!("{}_{number}", self.0),
            Part::Try => format!("{}_try", self.0),
            Part::Catch => format!("{}_catch", self.0),
            Part::Finally => format!("{}_finally", self.0),
        })
    }

    pub(super) fn id(&self) -> StepId {
        StepId::new(self.0.as_str())
    }
}

/// Gives each step the id that it says itself, where that can be; notes where it cannot. Steps come with the id of
/// their position.
pub(super) fn assign(context: &mut Context<'_>, steps: &mut [Known], given: Vec<Option<At<'_>>>) {
    let mut taken: HashMap<StepId, Option<At<'_>>> = HashMap::new();
    for (step, at) in steps.iter_mut().zip(given) {
        let own = at.as_ref().and_then(|at| id(context, at));
        if let (Some(id), Some(at)) = (&own, &at)
            && let Some(Some(earlier)) = taken.get(id)
        {
            duplicate(context, at, earlier);
        }
        let is_given = own.is_some();
        step.id = own.unwrap_or_else(|| step.id.clone());
        // A branch whose name ends in a number can give the position of a step in a block of another branch.
        while !is_given && taken.contains_key(&step.id) {
            step.id = StepId::new(format!("{}_x", step.id));
        }
        taken.entry(step.id.clone()).or_insert(at);
    }
}

fn duplicate(context: &mut Context<'_>, at: &At<'_>, earlier: &At<'_>) {
    let id = at.as_text().unwrap_or_default();
    if at.span() == earlier.span() {
        let message = format!("an alias repeats this step, so that two steps are called `{id}`");
        context
            .error(Code::DuplicateId, at.span(), &at.path, message)
            .help("leave `id` out of what the anchor names, or write another beside the `<<: *alias`");
        return;
    }
    let line = context.source().position(earlier.span().start).line;
    let message = format!("a step on line {line} is called `{id}` already");
    context
        .error(Code::DuplicateId, at.span(), &at.path, message)
        .help("give one of them another id: it is unique in the whole workflow, also inside blocks");
}

fn id(context: &mut Context<'_>, at: &At<'_>) -> Option<StepId> {
    let text = at.text(context)?;
    if !is_word(text) {
        let shown: String = text.chars().take(MAX_ID + 1).collect();
        context
            .error(Code::InvalidName, at.span(), &at.path, format!("`{shown}` cannot be an id"))
            .help(word_rule(text));
        return None;
    }
    let is_made = text.strip_prefix(MADE).is_some_and(|rest| {
        rest.starts_with(|first: char| first.is_ascii_digit()) || rest.starts_with("on_failure_")
    });
    if is_made || WORDS.contains(&text) {
        let message = format!("`{text}` is reserved");
        let help = if is_made {
            "steps without an id are called like that: choose a word for what the step does"
        } else {
            "expressions use the word: choose another"
        };
        context.error(Code::ReservedId, at.span(), &at.path, message).help(help);
        return None;
    }
    Some(StepId::new(text))
}

/// What can be such a word, with the nearest to one that cannot.
pub(in crate::parse) fn word_rule(text: &str) -> String {
    let rule = format!("small letters, digits and `_`, a letter first, at most {MAX_ID} characters");
    let better = text.to_lowercase().replace(['-', ' ', '.'], "_");
    if is_word(&better) { format!("for instance `{better}`: {rule}") } else { rule }
}

/// Whether a text can be the id of a step, or the name of a branch or an item.
pub(in crate::parse) fn is_word(text: &str) -> bool {
    text.len() <= MAX_ID
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
}
