//! `event.data.<field>` and `event.previous.<field>`, held against what the catalogue knows of the events that can be
//! meant there: of one trigger in its `where`, of all of them elsewhere. Where any event that can arrive is not known,
//! nothing is said.

use std::sync::LazyLock;

use super::context::Context;
use super::names::Examined;
use super::suggest::{listed, nearest};
use crate::catalogue::PayloadFields;
use crate::diagnostic::Code;
use crate::expression::{Reference, Segment, references};
use crate::model::{Trigger, TriggerKind};

/// How many fields a hint lists.
const MAX_LISTED: usize = 12;

/// What the events have that can be meant in an expression.
#[derive(Debug, Clone, Default)]
pub(super) enum Payload<'a> {
    /// That is not known.
    #[default]
    Unknown,
    /// Each has one of these.
    Known(Vec<&'a PayloadFields>),
}

/// What a schedule's events have.
static SCHEDULE: LazyLock<PayloadFields> = LazyLock::new(|| PayloadFields {
    fields: ["scheduled_at", "timezone", "cron", "every"]
        .map(|name| (name.to_owned(), None))
        .into_iter()
        .collect(),
    open: false,
});

/// What the events of these triggers have, all together.
pub(super) fn of<'a, 't>(
    context: &Context<'a>,
    kinds: impl IntoIterator<Item = &'t TriggerKind>,
) -> Payload<'a> {
    let mut known: Vec<&PayloadFields> = Vec::new();
    for kind in kinds {
        match kind {
            TriggerKind::Close(close) => {
                for event in &close.events {
                    let Some(fields) = context.catalogue().fields(kind.as_str(), event) else {
                        return Payload::Unknown;
                    };
                    if !known.iter().any(|other| std::ptr::eq(*other, fields)) {
                        known.push(fields);
                    }
                }
            }
            TriggerKind::Schedule(_) => known.push(&SCHEDULE),
            // Whatever the sender sends, or whoever starts it gives.
            TriggerKind::Vendor(_) | TriggerKind::Webhook(_) | TriggerKind::Manual(_) => {
                return Payload::Unknown;
            }
        }
    }
    if known.is_empty() { Payload::Unknown } else { Payload::Known(known) }
}

/// The same for the whole of a workflow's triggers.
pub(super) fn of_all<'a>(context: &Context<'a>, triggers: &[Trigger]) -> Payload<'a> {
    of(context, triggers.iter().map(|trigger| &trigger.kind))
}

/// Warns of every field in the expression that none of the events has.
pub(super) fn check(context: &mut Context<'_>, expression: &Examined<'_>) {
    for reference in references(expression.source) {
        if let Reference::Path(path) = reference {
            check_path(context, expression, &path);
        }
    }
}

/// The same for one path.
pub(super) fn check_path(context: &mut Context<'_>, expression: &Examined<'_>, path: &[Segment]) {
    if let [root, object, fields @ ..] = path
        && root.name == "event"
        && matches!(object.name.as_str(), "data" | "previous")
        && let Payload::Known(known) = context.payload().clone()
    {
        walk(context, expression, &format!("event.{}", object.name), &known, fields);
    }
}

fn walk(
    context: &mut Context<'_>,
    expression: &Examined<'_>,
    within: &str,
    known: &[&PayloadFields],
    path: &[Segment],
) {
    let Some((field, rest)) = path.split_first() else { return };
    let having: Vec<&&PayloadFields> = known.iter().filter(|fields| fields.has(&field.name)).collect();
    if having.is_empty() {
        return warn(context, expression, within, known, field);
    }
    if let ("custom", Some(own)) = (field.name.as_str(), rest.first())
        && own.name.starts_with("cf_")
        && having.iter().any(|fields| fields.open)
    {
        let message = "Close writes the name of a custom field with its dot, as one name";
        let span = (expression.span_of)(own.range.clone());
        return context
            .warning(Code::UnknownEventField, span, expression.path, message)
            .help(format!("write `{within}['custom.{}']`", own.name));
    }
    let inner: Option<Vec<&PayloadFields>> =
        having.iter().map(|fields| fields.fields.get(&field.name).and_then(Option::as_ref)).collect();
    // Of what is in the field of one of them, nothing is known.
    let Some(inner) = inner else { return };
    walk(context, expression, &format!("{within}.{}", field.name), &inner, rest);
}

fn warn(
    context: &mut Context<'_>,
    expression: &Examined<'_>,
    within: &str,
    known: &[&PayloadFields],
    field: &Segment,
) {
    let mut names: Vec<&str> = Vec::new();
    for name in known.iter().flat_map(|fields| fields.fields.keys()) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let help = nearest(&field.name, names.iter().copied()).map_or_else(
        || {
            let shown = listed(names.iter().copied().take(MAX_LISTED));
            let more = if names.len() > MAX_LISTED { ", and others" } else { "" };
            format!("`{within}` has {shown}{more}")
        },
        |name| format!("did you mean `{within}.{name}`?"),
    );
    let message = format!("no event that starts this has a `{}` in `{within}`", field.name);
    let span = (expression.span_of)(field.range.clone());
    context.warning(Code::UnknownEventField, span, expression.path, message).help(help);
}
