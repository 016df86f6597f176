//! The whole of a file.

use indexmap::IndexMap;

use super::context::Context;
use super::place::At;
use super::{duration, event_fields, steps, trigger, vars};
use crate::diagnostic::Code;
use crate::ids::WorkflowName;
use crate::model::Workflow;
use crate::yaml::Data;

const KEYS: [&str; 6] = ["name", "description", "triggers", "vars", "timeout", "steps"];

/// What later versions bring.
const LATER: [&str; 5] = ["concurrency", "on_failure", "mask", "outputs", "inputs"];

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
    let vars_at = fields.take("vars");
    let variables = vars::names(vars_at.as_ref());
    let triggers = fields.require(context, "triggers").and_then(|at| trigger::read(context, &at));
    let payload =
        triggers.as_deref().map(|triggers| event_fields::of_all(context, triggers)).unwrap_or_default();
    context.set_payload(payload);
    let vars = match vars_at {
        Some(at) => vars::read(context, &at, &variables),
        None => Some(IndexMap::new()),
    };
    let timeout = fields.take("timeout").and_then(|at| duration::read(context, &at));
    let steps = fields.require(context, "steps").and_then(|at| steps::read(context, &at, &variables));
    fields.finish(context, &KEYS, &LATER);
    Some(Workflow {
        name: name?,
        description,
        triggers: triggers?,
        vars: vars?,
        timeout,
        steps: steps?,
        concurrency: None,
        mask: Vec::new(),
        on_failure: Vec::new(),
        outputs: None,
    })
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
