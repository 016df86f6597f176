//! A JSON Schema as it is written in a workflow: that its keywords exist, and have values that mean something.

use crate::diagnostic::Code;
use crate::parse::context::Context;
use crate::parse::place::At;
use crate::parse::suggest::{did_you_mean, listed};
use crate::schema::{FORMATS, Form, KEYWORDS, TYPES, check, pattern};
use crate::yaml::Data;

/// What other languages call the types.
const CALLED_OTHERWISE: [(&str, &str); 11] = [
    ("str", "string"),
    ("text", "string"),
    ("int", "integer"),
    ("long", "integer"),
    ("float", "number"),
    ("double", "number"),
    ("bool", "boolean"),
    ("list", "array"),
    ("map", "object"),
    ("dict", "object"),
    ("json", "object"),
];

/// Keywords of which the first must not be more than the second.
const LEAST_AND_MOST: [[&str; 2]; 4] = [
    ["minLength", "maxLength"],
    ["minimum", "maximum"],
    ["minItems", "maxItems"],
    ["minProperties", "maxProperties"],
];

/// Reads a schema; whether it is good. `besides` are keys that its reader knows what to do with.
pub(super) fn read(context: &mut Context<'_>, at: &At<'_>, besides: &[&str]) -> bool {
    let Some(mut fields) = at.map(context) else { return false };
    for name in besides {
        fields.take(name);
    }
    let mut is_good = true;
    for (word, form) in KEYWORDS {
        if let Some(at) = fields.take(word) {
            is_good &= keyword(context, &at, form);
        }
    }
    if let Some(at) = fields.take("$ref") {
        context.error(Code::InvalidSchema, at.span(), &at.path, "schemas here have no references").help(
            "write out what it refers to; a YAML anchor (`&name`) and alias (`*name`) save the repetition",
        );
        is_good = false;
    }
    let known: Vec<&str> = KEYWORDS.iter().map(|(word, _)| *word).collect();
    is_good &= fields.is_empty();
    fields.finish(context, &known, &[]);
    is_good && is_possible(context, at)
}

fn keyword(context: &mut Context<'_>, at: &At<'_>, form: Form) -> bool {
    match form {
        Form::Any => true,
        Form::Type => types(context, at),
        Form::Text => at.text(context).is_some(),
        Form::Truth => at.boolean(context).is_some(),
        Form::Format => at.choice(context, &FORMATS).is_some(),
        Form::Count => number(context, at, "a whole number from 0", |_| false),
        Form::Number => number(context, at, "a number", |_| true),
        Form::Positive => number(context, at, "a number above 0", |number| number > 0.0),
        Form::Pattern => at.text(context).is_some_and(|source| pattern_of(context, at, source)),
        Form::Names => each(context, at, 0, |context, at| at.text(context).is_some()),
        Form::Values => each(context, at, 1, |_, _| true),
        Form::Schemas => each(context, at, 1, |context, at| read(context, at, &[])),
        Form::SchemaOrTruth if matches!(at.node.data, Data::Bool(_)) => true,
        Form::Schema | Form::SchemaOrTruth => read(context, at, &[]),
        Form::Fields => {
            let Some(fields) = at.map(context) else { return false };
            fields.rest().iter().fold(true, |is_good, (_, at)| read(context, at, &[]) && is_good)
        }
    }
}

fn number(context: &mut Context<'_>, at: &At<'_>, wanted: &str, is_fit: fn(f64) -> bool) -> bool {
    let is_good = match &at.node.data {
        Data::Number(number) if wanted.starts_with("a whole") => number.is_u64(),
        Data::Number(number) => number.as_f64().is_some_and(is_fit),
        _ => false,
    };
    if !is_good && matches!(at.node.data, Data::Number(_)) {
        let message = format!("{} must be {wanted}", at.label());
        context.error(Code::InvalidSchema, at.span(), &at.path, message).help("mend the number");
    } else if !is_good {
        at.wrong_type(context, wanted);
    }
    is_good
}

fn each(
    context: &mut Context<'_>,
    at: &At<'_>,
    least: usize,
    check: fn(&mut Context<'_>, &At<'_>) -> bool,
) -> bool {
    let Some(items) = at.list(context) else { return false };
    if items.len() < least {
        let message = format!("{} is empty, so that nothing could ever be given", at.label());
        context
            .error(Code::InvalidSchema, at.span(), &at.path, message)
            .help("list at least one, or take it away");
        return false;
    }
    items.iter().fold(true, |is_good, item| check(context, item) && is_good)
}

fn pattern_of(context: &mut Context<'_>, at: &At<'_>, source: &str) -> bool {
    let is_good = pattern(source).is_ok();
    if !is_good {
        context
            .error(
                Code::InvalidSchema,
                at.span(),
                &at.path,
                "this is not a regular expression that is taken here",
            )
            .help("patterns are those of RE2: without look-around and back-references, and not too large");
    }
    is_good
}

fn types(context: &mut Context<'_>, at: &At<'_>) -> bool {
    if matches!(at.node.data, Data::List(_)) {
        return each(context, at, 1, |context, at| type_name(context, at).is_some());
    }
    type_name(context, at).is_some()
}

/// Reads the name of a type.
pub(super) fn type_name(context: &mut Context<'_>, at: &At<'_>) -> Option<&'static str> {
    let text = at.text(context)?;
    let known = || TYPES.iter().map(|(word, _)| *word);
    let found = known().find(|word| *word == text);
    if found.is_none() {
        let shown: String = text.chars().take(60).collect();
        let lower = text.to_lowercase();
        let help = CALLED_OTHERWISE
            .iter()
            .find(|(theirs, _)| *theirs == lower)
            .map(|(_, ours)| format!("here it is called `{ours}`"))
            .or_else(|| did_you_mean(text, known()))
            .unwrap_or_else(|| format!("types: {}", listed(known())));
        context
            .error(Code::InvalidSchema, at.span(), &at.path, format!("no type is called `{shown}`"))
            .help(help);
    }
    found
}

/// Whether there can be a value that it takes; notes where that is plainly not so.
fn is_possible(context: &mut Context<'_>, at: &At<'_>) -> bool {
    let schema = at.node.to_json();
    let bound = |word: &str| schema.get(word).and_then(serde_json::Value::as_f64);
    for [least, most] in LEAST_AND_MOST {
        if let (Some(low), Some(high)) = (bound(least), bound(most))
            && low > high
        {
            let message = format!("nothing can have a `{least}` of {low} and a `{most}` of {high}");
            context
                .error(Code::InvalidSchema, at.span(), &at.path, message)
                .help("swap the two, or mend one of them");
            return false;
        }
    }
    let (Some(wanted), Data::Map(fields)) = (schema.get("type"), &at.node.data) else { return true };
    let Some((key, values)) = fields.iter().find(|(key, _)| key.name == "enum") else { return true };
    let only = serde_json::json!({ "type": wanted });
    let mut is_good = true;
    for item in at.child(&key.name, values).list(context).unwrap_or_default() {
        if let Some((_, message)) = check(&only, &item.node.to_json(), "").first() {
            context
                .error(Code::InvalidSchema, item.span(), &item.path, format!("by its `type`, it {message}"))
                .help("change the value, or the `type`");
            is_good = false;
        }
    }
    is_good
}
