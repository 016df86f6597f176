//! `filters` of a `close` trigger, held against Close's grammar before Close is asked: what is wrong there is found by
//! an activation at best, and by missing events at worst.
//!
//! `F := { type: equals | not_equals | contains, value } | { type: is_null | non_null } | { type: and | or, filters: [F] }
//! | { type: not | any_array_value, filter: F } | { type: field_accessor, field, filter: F }`

use crate::diagnostic::Code;
use crate::parse::context::Context;
use crate::parse::fields::Fields;
use crate::parse::place::At;
use crate::yaml::Data;

/// What a type of filter has beside `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `value`
    Value,
    /// Nothing.
    Bare,
    /// `filters`
    Several,
    /// `filter`
    One,
    /// `field` and `filter`
    Field,
}

impl Shape {
    /// The keys beside `type`, all of them required.
    pub(crate) const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Value => &["value"],
            Self::Bare => &[],
            Self::Several => &["filters"],
            Self::One => &["filter"],
            Self::Field => &["field", "filter"],
        }
    }
}

/// Every type that Close has, and what it means.
pub(crate) const TYPES: [(&str, Shape, &str); 10] = [
    ("equals", Shape::Value, "The value is this one."),
    ("not_equals", Shape::Value, "The value is another one."),
    ("contains", Shape::Value, "The list has this, or the text has it somewhere."),
    ("is_null", Shape::Bare, "The value is null."),
    ("non_null", Shape::Bare, "The value is not null."),
    ("and", Shape::Several, "All of them match."),
    ("or", Shape::Several, "At least one of them matches."),
    ("not", Shape::One, "The inner one does not match."),
    ("any_array_value", Shape::One, "An element of the list matches."),
    ("field_accessor", Shape::Field, "What is under this key matches."),
];

/// What an event of Close's has at its root.
const EVENT: [&str; 17] = [
    "id",
    "date_created",
    "date_updated",
    "organization_id",
    "user_id",
    "request_id",
    "api_key_id",
    "oauth_client_id",
    "oauth_scope",
    "object_type",
    "object_id",
    "lead_id",
    "action",
    "changed_fields",
    "data",
    "previous_data",
    "meta",
];

/// Where in the event a filter is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Of the whole event.
    Root,
    /// Of something in it.
    Within,
}

/// Notes all that is wrong with a filter.
pub(super) fn check(context: &mut Context<'_>, at: &At<'_>) {
    filter(context, at, Place::Root);
}

fn filter(context: &mut Context<'_>, at: &At<'_>, place: Place) {
    if context.is_full() {
        return;
    }
    if !matches!(at.node.data, Data::Map(_)) {
        at.wrong_type_with(
            context,
            "a map with a `type`",
            "for instance `{ type: field_accessor, field: data, filter: { … } }`".to_owned(),
        );
        return;
    }
    let Some(mut fields) = at.map(context) else { return };
    let types = TYPES.map(|(word, ..)| word);
    let Some(word) = fields.require(context, "type").and_then(|at| at.choice(context, &types)) else {
        return;
    };
    let Some((_, shape, _)) = TYPES.into_iter().find(|(known, ..)| *known == word) else { return };
    match shape {
        Shape::Value => value(context, &mut fields),
        Shape::Bare => {}
        Shape::Several => several(context, &mut fields, place),
        Shape::One => {
            // What an element of a list is asked is not asked of the event.
            let place = if word == "not" { place } else { Place::Within };
            one(context, &mut fields, place);
        }
        Shape::Field => {
            if let Some(at) = fields.require(context, "field") {
                field(context, &at, place);
            }
            one(context, &mut fields, Place::Within);
        }
    }
    let known: Vec<&str> = ["type"].into_iter().chain(shape.keys().iter().copied()).collect();
    fields.finish(context, &known);
}

fn value(context: &mut Context<'_>, fields: &mut Fields<'_>) {
    if let Some(at) = fields.require(context, "value") {
        literal(context, &at);
    }
}

/// A filter is with Close before there is an event: nothing in it can be computed.
fn literal(context: &mut Context<'_>, at: &At<'_>) {
    if at.as_text().is_some_and(|text| text.contains("${{")) {
        context
            .error(
                Code::InvalidValue,
                at.span(),
                &at.path,
                "a filter goes to Close as it is, and Close computes nothing",
            )
            .help("write the value out, or ask for it in `where` beside `close:`");
    }
}

fn several(context: &mut Context<'_>, fields: &mut Fields<'_>, place: Place) {
    let Some(list) = fields.require(context, "filters") else { return };
    let Some(items) = list.list(context) else { return };
    if items.is_empty() {
        context.error(Code::MissingKey, list.span(), &list.path, "`filters` needs at least one filter");
    }
    for item in &items {
        filter(context, item, place);
    }
}

fn one(context: &mut Context<'_>, fields: &mut Fields<'_>, place: Place) {
    if let Some(at) = fields.require(context, "filter") {
        filter(context, &at, place);
    }
}

fn field(context: &mut Context<'_>, at: &At<'_>, place: Place) {
    let Some(name) = at.text(context) else { return };
    if name.is_empty() {
        context.error(Code::InvalidValue, at.span(), &at.path, "`field` is empty");
        return;
    }
    literal(context, at);
    let shown: String = name.chars().take(60).collect();
    let dotted = name.split_once('.').filter(|(first, _)| *first != "custom");
    if let Some((first, rest)) = dotted {
        let rest: String = rest.chars().take(60).collect();
        let message = format!("Close takes `{shown}` for the name of one field, as it is");
        context.warning(Code::UnknownEventField, at.span(), &at.path, message).help(format!(
            "go step by step: `field: {first}`, and in its `filter` again a `field_accessor` with `field: {rest}`"
        ));
    } else if place == Place::Root && !EVENT.contains(&name) {
        let message = format!("an event of Close's has no `{shown}` at its root");
        context.warning(Code::UnknownEventField, at.span(), &at.path, message).help(format!(
            "the object is in `data`: `field: data`, and in its `filter` again a `field_accessor` with `field: {shown}`"
        ));
    }
}
