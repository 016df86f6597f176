//! `for_each:`: the same steps for each item of a list.

use std::num::NonZeroU32;

use crate::diagnostic::Code;
use crate::expression::FUNCTIONS;
use crate::model::{Action, ForEach};
use crate::parse::context::Context;
use crate::parse::fields::Fields;
use crate::parse::names::{Names, ROOTS};
use crate::parse::outline::{is_word, word_rule};
use crate::parse::place::At;
use crate::parse::suggest::listed;
use crate::parse::{expressions, number, steps};

/// What an item is called where there is no `as`.
const ITEM: &str = "item";

/// More items at once than this would be a burden on whom the steps ask.
const MAX_CONCURRENCY: u32 = 1_000;

/// What cannot be the name of an item besides roots and functions: what else is in scope in a block, and the words of
/// expressions.
const WORDS: [&str; 14] =
    ["error", "index", "and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "loop", "self"];

pub(super) fn read(context: &mut Context<'_>, fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Action> {
    let list = fields.take("for_each").and_then(|at| expressions::list(context, &at, names));
    let item = match fields.take("as") {
        Some(at) => name(context, &at),
        None => Some(ITEM.to_owned()),
    };
    let concurrency = match fields.take("concurrency") {
        Some(at) => number::count(context, &at, MAX_CONCURRENCY),
        None => Some(NonZeroU32::MIN),
    };
    let help = "add what is done for each item";
    let steps = fields.take("steps");
    if steps.is_none() {
        super::without_steps(context, fields, "for_each");
    }
    let steps = steps.and_then(|at| steps::read(context, &at, help, names));
    Some(Action::ForEach(ForEach { list: list?, item: item?, concurrency: concurrency?, steps: steps? }))
}

fn name(context: &mut Context<'_>, at: &At<'_>) -> Option<String> {
    let text = at.text(context)?;
    let shown: String = text.chars().take(64).collect();
    if !is_word(text) {
        let message = format!("`{shown}` cannot be the name of an item");
        let help = word_rule(text);
        context.error(Code::InvalidName, at.span(), &at.path, message).help(help);
        return None;
    }
    if ROOTS.contains(&text) || FUNCTIONS.contains(&text) || WORDS.contains(&text) {
        let message =
            format!("an item cannot be called `{text}`, which means something in expressions already");
        let help = if ROOTS.contains(&text) {
            format!("choose another word than {}", listed(ROOTS))
        } else {
            "choose another word, for instance `contact`".to_owned()
        };
        context.error(Code::ReservedName, at.span(), &at.path, message).help(help);
        return None;
    }
    Some(text.to_owned())
}
