//! The trigger of a vendor that is described as data: `github:`, `stripe:`. The catalogue says how it is written.

use std::collections::BTreeMap;

use regex::Regex;

use super::misplaced_where;
use crate::catalogue::{TextForm, VendorForm};
use crate::diagnostic::Code;
use crate::ids::CredentialName;
use crate::model::{EventPair, VendorTrigger};
use crate::parse::context::Context;
use crate::parse::credential;
use crate::parse::place::At;
use crate::yaml::Data;

/// The keys that every vendor's trigger has.
const COMMON: [&str; 2] = ["credential", "events"];

/// How much of a text is shown that is not as it should be.
const SHOWN: usize = 80;

/// The keys of a vendor's trigger.
pub(super) fn keys(form: Option<&VendorForm>) -> Vec<&str> {
    let own = form.into_iter().flat_map(|form| &form.parameters).map(|parameter| parameter.name.as_str());
    COMMON.into_iter().chain(own).collect()
}

pub(super) fn read(context: &mut Context<'_>, at: &At<'_>, form: &VendorForm) -> Option<VendorTrigger> {
    let mut fields = at.map(context)?;
    let credential = match fields.take("credential") {
        Some(at) => credential::name(context, &at),
        None => Some(CredentialName::new(form.name.as_str())),
    };
    let events = fields.require(context, "events").and_then(|at| events(context, &at, form));
    let mut parameters = Some(BTreeMap::new());
    for parameter in &form.parameters {
        let given = fields.require(context, &parameter.name);
        match (given.and_then(|at| text(context, &at, &parameter.form, &parameter.name)), &mut parameters) {
            (Some(text), Some(parameters)) => {
                parameters.insert(parameter.name.clone(), text);
            }
            _ => parameters = None,
        }
    }
    misplaced_where(context, &mut fields, &form.name);
    fields.finish(context, &keys(Some(form)));
    Some(VendorTrigger {
        provider: form.name.clone(),
        credential: credential?,
        events: events?,
        parameters: parameters?,
    })
}

fn events(context: &mut Context<'_>, at: &At<'_>, form: &VendorForm) -> Option<Vec<EventPair>> {
    if let Data::Text(text) = &at.node.data {
        context
            .error(Code::WrongType, at.span(), &at.path, "`events` must be a list, found text")
            .help(format!("write `events: [{}]`", text.chars().take(SHOWN).collect::<String>()));
        return None;
    }
    let items = at.list(context)?;
    if items.is_empty() {
        context.error(Code::MissingKey, at.span(), &at.path, "`events` needs at least one event");
        return None;
    }
    let mut events: Vec<EventPair> = Vec::new();
    let mut is_whole = true;
    for item in &items {
        let Some(name) = item.text(context) else {
            is_whole = false;
            continue;
        };
        if !matches(&form.events, name) {
            let shown: String = name.chars().take(SHOWN).collect();
            let message = format!("{} has no event `{shown}`", form.label);
            context
                .error(Code::UnknownEvent, item.span(), &item.path, message)
                .help(form.events.help.as_str());
            is_whole = false;
            continue;
        }
        let event = EventPair::named(name);
        if !events.contains(&event) {
            events.push(event);
        }
    }
    is_whole.then_some(events)
}

fn text(context: &mut Context<'_>, at: &At<'_>, form: &TextForm, name: &str) -> Option<String> {
    let text = at.text(context)?;
    // It becomes a part of a path at the vendor, and must not lead to another.
    let leads_away = text.split('/').any(|part| part == "." || part == "..");
    if !leads_away && matches(form, text) {
        return Some(text.to_owned());
    }
    let shown: String = text.chars().take(SHOWN).collect();
    let note =
        context.error(Code::InvalidName, at.span(), &at.path, format!("`{shown}` cannot be the `{name}`"));
    note.help(if text.contains("${{") {
        "it is written out, not computed: it is known before there is an event"
    } else {
        form.help.as_str()
    });
    None
}

/// Whether the whole of `text` is of that form. A form that is no regular expression takes nothing.
fn matches(form: &TextForm, text: &str) -> bool {
    Regex::new(&format!("^(?:{})$", form.pattern)).is_ok_and(|pattern| pattern.is_match(text))
}
