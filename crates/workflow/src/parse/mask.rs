//! `mask:`: the places whose values never reach the history.

use super::context::Context;
use super::mend;
use super::names::{Defined, EVENT_FIELDS};
use super::outline::Outline;
use super::place::At;
use super::suggest::{did_you_mean, listed, nearest};
use crate::diagnostic::Code;
use crate::model::FieldPath;

const FORM: &str = "write the way to the value, such as `event.data.contacts`, `inputs.password` or `steps.lead.output.phones`";

pub(super) fn read(context: &mut Context<'_>, at: &At<'_>, defined: &Defined) -> Option<Vec<FieldPath>> {
    if let Some(text) = at.as_text() {
        let help = match mend::repeated(text) {
            Some(text) => format!("put it in brackets: `[{text}]`"),
            None => "write each place below it, behind a `- `".to_owned(),
        };
        at.wrong_type_with(context, "a list of places", help);
        return None;
    }
    let items = at.list(context)?;
    let paths: Vec<Option<FieldPath>> = items.iter().map(|item| path(context, item, defined)).collect();
    paths.into_iter().collect()
}

fn path(context: &mut Context<'_>, at: &At<'_>, defined: &Defined) -> Option<FieldPath> {
    let text = at.text(context)?.trim();
    if text.contains("${{") {
        let message = "a place is written without delimiters";
        let bare = text.replace("${{", "").replace("}}", "");
        context
            .error(Code::InvalidPath, at.span(), &at.path, message)
            .help(format!("write `{}`", bare.trim()));
        return None;
    }
    let Some(segments) = segments(text) else {
        let shown: String = text.chars().take(60).collect();
        let message = format!("`{shown}` is not a place");
        context.error(Code::InvalidPath, at.span(), &at.path, message).help(FORM);
        return None;
    };
    let names: Vec<&str> = segments.iter().map(String::as_str).collect();
    is_there(context, at, &names, defined).then_some(FieldPath(segments))
}

/// The names along a way: `steps.lead.output`, `event.data["custom.cf_1"].0`.
fn segments(text: &str) -> Option<Vec<String>> {
    let mut segments = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let (inside, after) = inside.split_once(']')?;
            let quote = inside.chars().next()?;
            let is_number = inside.bytes().all(|byte| byte.is_ascii_digit());
            let name = if is_number {
                inside
            } else {
                inside.strip_prefix(['"', '\'']).and_then(|inside| inside.strip_suffix(quote))?
            };
            segments.push(name.to_owned());
            rest = after;
        } else {
            let name = if segments.is_empty() { rest } else { rest.strip_prefix('.')? };
            let end = name.find(['.', '[']).unwrap_or(name.len());
            let (name, after) = name.split_at(end);
            if name.is_empty() || name.contains(|letter: char| letter.is_whitespace() || letter.is_control())
            {
                return None;
            }
            segments.push(name.to_owned());
            rest = after;
        }
    }
    (!segments.is_empty()).then_some(segments)
}

/// Whether there can be something at a place; notes where there cannot.
fn is_there(context: &mut Context<'_>, at: &At<'_>, names: &[&str], defined: &Defined) -> bool {
    let refuse = |context: &mut Context<'_>, code: Code, message: String, help: String| {
        context.error(code, at.span(), &at.path, message).help(help);
        false
    };
    match names {
        ["event" | "inputs"] => {
            let message = format!("`{}` is all that the workflow was given", names[0]);
            let help = format!(
                "name the part of it that is masked, such as `{}`",
                if names[0] == "event" { "event.data.contacts" } else { "inputs.password" }
            );
            refuse(context, Code::InvalidPath, message, help)
        }
        ["event", field, ..] => {
            if !EVENT_FIELDS.contains(field) {
                let near = nearest(field, EVENT_FIELDS.iter().copied());
                let help = near.map_or_else(|| format!("event.data.{field}"), |name| format!("event.{name}"));
                let message = format!(
                    "an event has no `{field}` of its own; the object's fields are under `event.data`"
                );
                context
                    .warning(Code::UnknownField, at.span(), &at.path, message)
                    .help(format!("did you mean `{help}`?"));
            }
            true
        }
        ["inputs", name, ..] => match &defined.inputs {
            Some(known) if !known.iter().any(|known| known == name) => {
                let help = did_you_mean(name, known.iter().map(String::as_str))
                    .unwrap_or_else(|| format!("inputs: {}", listed(known.iter().map(String::as_str))));
                let message = format!("the `manual` trigger has no input `{name}`");
                refuse(context, Code::UnknownInput, message, help)
            }
            _ => true,
        },
        ["steps", id, rest @ ..] => {
            if let Some((message, help)) = unknown_step(&defined.outline, id) {
                return refuse(context, Code::UnknownStep, message, help);
            }
            if rest.first() == Some(&"output") {
                return true;
            }
            let message = "of a step only its output can be masked".to_owned();
            let rest = rest.iter().fold(String::new(), |rest, name| format!("{rest}.{name}"));
            refuse(context, Code::InvalidPath, message, format!("write `steps.{id}.output{rest}`"))
        }
        [root, ..] => {
            let roots = ["event", "inputs", "steps"];
            let message = format!("a place begins with `event`, `inputs` or `steps`, not with `{root}`");
            refuse(
                context,
                Code::InvalidPath,
                message,
                did_you_mean(root, roots).unwrap_or_else(|| FORM.to_owned()),
            )
        }
        [] => false,
    }
}

fn unknown_step(outline: &Outline, id: &str) -> Option<(String, String)> {
    if outline.find(id).is_some() {
        return None;
    }
    let ids = || outline.steps().iter().map(|step| step.id.as_str());
    let help = did_you_mean(id, ids()).unwrap_or_else(|| "name a step by its `id`".to_owned());
    Some((format!("no step is called `{id}`"), help))
}
