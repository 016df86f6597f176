//! `triggers:`.
//!
//! # Adding a kind of trigger
//! 1. A variant of [`TriggerKind`] with what it needs.
//! 2. A file here that reads its keys, and its word in `KINDS` and `read_kind`.
//!
//! A vendor that is described as data needs nothing here: the catalogue says how its trigger is written.

mod close;
pub(crate) mod close_filter;
mod inputs;
mod manual;
mod schedule;
mod schema;
mod vendor;
mod webhook;
mod webhook_auth;

use super::context::Context;
use super::event_fields;
use super::expressions;
use super::fields::Fields;
use super::names::Names;
use super::place::At;
use super::suggest::{did_you_mean, listed};
use crate::diagnostic::Code;
use crate::ids::TriggerId;
use crate::model::{Trigger, TriggerKind};
use crate::source::Span;
use crate::yaml::Data;

const KINDS: [&str; 4] = ["close", "webhook", "schedule", "manual"];

/// The words for kinds: those that are always there, and the vendors that are described as data.
fn kinds<'a>(context: &Context<'a>) -> Vec<&'a str> {
    let vendors = context.catalogue().vendors().iter().map(|vendor| vendor.name.as_str());
    KINDS.into_iter().chain(vendors).collect()
}

pub(super) fn read(context: &mut Context<'_>, at: &At<'_>) -> Option<Vec<Trigger>> {
    let items = at.list(context)?;
    if items.is_empty() {
        context
            .error(Code::MissingKey, at.span(), &at.path, "a workflow needs at least one trigger")
            .help("`- manual:` is the least");
        return None;
    }
    let mut triggers: Vec<Trigger> = Vec::new();
    let mut is_whole = true;
    for item in &items {
        match trigger(context, item, &triggers) {
            Some(trigger) => triggers.push(trigger),
            None => is_whole = false,
        }
    }
    is_whole.then_some(triggers)
}

fn trigger(context: &mut Context<'_>, at: &At<'_>, earlier: &[Trigger]) -> Option<Trigger> {
    if let Data::Text(kind) = &at.node.data {
        let kind = if kinds(context).contains(&kind.as_str()) { kind } else { "manual" };
        context
            .error(Code::WrongType, at.span(), &at.path, "each item of `triggers` must be a map, found text")
            .help(format!("write it with a colon: `- {kind}:`"));
        return None;
    }
    let mut fields = at.map(context)?;
    let names = Names::of_where();
    let filter_at = fields.take("where");
    let kind_field = kind_field(context, &mut fields);
    let kind = kind_field.as_ref().and_then(|(_, at)| read_kind(context, at, earlier));
    let payload = event_fields::of(context, &kind);
    context.set_payload(payload);
    let filter = filter_at.as_ref().map(|at| expressions::condition(context, at, &names));
    let (key, kind_at) = kind_field?;
    others(context, fields, &kind_at);
    let kind = kind?;
    if matches!(kind, TriggerKind::Manual(_))
        && earlier.iter().any(|other| matches!(other.kind, TriggerKind::Manual(_)))
    {
        context.error(
            Code::DuplicateTrigger,
            key,
            &kind_at.path,
            "a workflow can be started by hand already",
        );
    }
    let filter = match filter {
        Some(filter) => Some(filter?),
        None => None,
    };
    Some(Trigger { id: id(&kind, earlier), filter, kind })
}

/// The field that says which kind it is.
fn kind_field<'a>(context: &mut Context<'_>, fields: &mut Fields<'a>) -> Option<(Span, At<'a>)> {
    let known = kinds(context);
    if let Some(kind) = fields.names().iter().copied().find(|name| known.contains(name)) {
        return fields.take_with_key(kind);
    }
    let at = fields.at().clone();
    match fields.names().iter().copied().find(|name| *name != "where") {
        Some(name) => {
            let (key, value) = fields.take_with_key(name)?;
            context
                .error(
                    Code::UnknownTrigger,
                    key,
                    &value.path,
                    format!("no kind of trigger is called `{name}`"),
                )
                .help(
                    did_you_mean(name, known.iter().copied())
                        .unwrap_or_else(|| format!("kinds of trigger: {}", listed(known))),
                );
        }
        None => {
            context
                .error(Code::MissingKey, at.span(), &at.path, "a trigger needs its kind")
                .help(format!("kinds of trigger: {}", listed(known)));
        }
    }
    None
}

fn read_kind(context: &mut Context<'_>, at: &At<'_>, earlier: &[Trigger]) -> Option<TriggerKind> {
    match at.path.rsplit('.').next() {
        Some("close") => close::read(context, at).map(TriggerKind::Close),
        Some("webhook") => webhook::read(context, at, earlier).map(TriggerKind::Webhook),
        Some("schedule") => schedule::read(context, at).map(TriggerKind::Schedule),
        Some("manual") | None => manual::read(context, at).map(TriggerKind::Manual),
        Some(word) => {
            let vendors = context.catalogue().vendors();
            let form = vendors.iter().find(|vendor| vendor.name == word)?;
            vendor::read(context, at, form).map(TriggerKind::Vendor)
        }
    }
}

/// What stands beside the kind and is neither it nor `where`.
fn others(context: &mut Context<'_>, fields: Fields<'_>, kind: &At<'_>) {
    let word = kind.path.rsplit('.').next().unwrap_or_default().to_owned();
    let known = kinds(context);
    for (key, at) in fields.rest() {
        let name = key.name.as_str();
        if known.contains(&name) {
            context
                .error(Code::ConflictingKeys, key.span, &at.path, format!("this trigger is `{word}` already"))
                .help(format!("begin another: `- {name}:`"));
            continue;
        }
        let inner = match word.as_str() {
            "close" => close::KEYS.to_vec(),
            "webhook" => webhook::KEYS.to_vec(),
            "schedule" => schedule::KEYS.to_vec(),
            "manual" => manual::KEYS.to_vec(),
            vendor => vendor::keys(context.catalogue().vendors().iter().find(|form| form.name == vendor)),
        };
        let help = if inner.contains(&name) {
            format!("indent it further, so that it belongs to `{word}:`")
        } else {
            did_you_mean(name, ["where"])
                .unwrap_or_else(|| "beside the kind only `where` may stand".to_owned())
        };
        context.error(Code::UnknownKey, key.span, &at.path, format!("unknown key `{name}`")).help(help);
    }
}

/// The kind, and a number where it occurs again: `close`, `close_2`.
fn id(kind: &TriggerKind, earlier: &[Trigger]) -> TriggerId {
    let word = kind.as_str();
    match earlier.iter().filter(|other| other.kind.as_str() == word).count() {
        0 => TriggerId::new(word),
        count => TriggerId::new(format!("{word}_{}", count + 1)),
    }
}

/// A hint for `where` inside the kind's own map, where it does not belong.
fn misplaced_where(context: &mut Context<'_>, fields: &mut Fields<'_>, kind: &str) {
    if let Some((key, at)) = fields.take_with_key("where") {
        context
            .error(Code::UnknownKey, key, &at.path, format!("`where` does not belong into `{kind}:`"))
            .help(format!("indent it less, so that it stands beside `{kind}:`"));
    }
}
