//! `inputs:` of a `manual` trigger, in one of three forms:
//!
//! ```yaml
//! inputs: { amount: number }                                   # the type alone
//! inputs: { amount: { type: number, required: true, minimum: 1 } }
//! inputs: { type: object, properties: { amount: { type: number, minimum: 1 } }, required: [amount] }
//! ```
//!
//! The third is a whole JSON Schema; it is told by its having both `type: object` and `properties`.

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::schema;
use crate::diagnostic::Code;
use crate::model::{Input, Inputs};
use crate::parse::context::Context;
use crate::parse::place::At;
use crate::parse::suggest::{did_you_mean, listed};
use crate::schema::check;
use crate::source::Span;
use crate::yaml::Data;

/// What a whole schema may have.
const WHOLE: [&str; 7] =
    ["$schema", "type", "title", "description", "properties", "required", "additionalProperties"];

pub(super) fn read(context: &mut Context<'_>, at: &At<'_>) -> Option<Inputs> {
    if is_whole(at) { whole(context, at) } else { by_name(context, at) }
}

fn is_whole(at: &At<'_>) -> bool {
    let Data::Map(fields) = &at.node.data else { return false };
    let of = |name: &str| fields.iter().find(|(key, _)| key.name == name).map(|(_, node)| &node.data);
    matches!(of("type"), Some(Data::Text(text)) if text == "object")
        && matches!(of("properties"), Some(Data::Map(_)))
}

fn by_name(context: &mut Context<'_>, at: &At<'_>) -> Option<Inputs> {
    let mut read = IndexMap::new();
    let mut is_good = true;
    for (key, at) in at.map(context)?.rest() {
        name(context, key.span, &key.name, &at.path);
        match input(context, &at) {
            Some(input) => drop(read.insert(key.name.clone(), input)),
            None => is_good = false,
        }
    }
    is_good.then_some(Inputs { fields: read })
}

fn input(context: &mut Context<'_>, at: &At<'_>) -> Option<Input> {
    if matches!(at.node.data, Data::Text(_)) {
        let word = schema::type_name(context, at)?;
        return Some(Input { schema: json!({ "type": word }), required: false, default: None });
    }
    let Data::Map(fields) = &at.node.data else {
        at.wrong_type(context, "a type such as `string`, or a map that begins with one");
        return None;
    };
    // `required: true` is about this input; a list of names is the keyword of JSON Schema, about an object's fields.
    let required = fields.iter().find_map(|(key, node)| match node.data {
        Data::Bool(truth) if key.name == "required" => Some(truth),
        _ => None,
    });
    let is_read = schema::read(context, at, if required.is_some() { &["required"] } else { &[] });
    let mut schema = at.node.to_json();
    if let (Value::Object(keywords), Some(_)) = (&mut schema, required) {
        keywords.shift_remove("required");
    }
    is_read.then(|| finished(context, at, schema, required.unwrap_or(false))).flatten()
}

fn whole(context: &mut Context<'_>, at: &At<'_>) -> Option<Inputs> {
    let mut fields = at.map(context)?;
    for word in ["$schema", "title", "description"] {
        fields.take(word).and_then(|at| at.text(context));
    }
    fields.take("type");
    if let Some(at) = fields.take("additionalProperties")
        && !matches!(at.node.data, Data::Bool(false))
    {
        context
            .error(Code::InvalidValue, at.span(), &at.path, "inputs that are not listed are always refused")
            .help("take `additionalProperties` away, and list every input");
    }
    let properties = fields.take("properties")?;
    let required = fields.take("required");
    fields.finish(context, &WHOLE, &[]);
    let properties = properties.map(context)?;
    let known: Vec<&str> = properties.names().to_vec();
    let required = required.map(|at| names(context, &at, &known)).unwrap_or_default();
    let mut read = IndexMap::new();
    let mut is_good = true;
    for (key, at) in properties.rest() {
        name(context, key.span, &key.name, &at.path);
        let is_required = required.contains(&key.name.as_str());
        let is_read = schema::read(context, &at, &[]);
        match is_read.then(|| finished(context, &at, at.node.to_json(), is_required)).flatten() {
            Some(input) => drop(read.insert(key.name.clone(), input)),
            None => is_good = false,
        }
    }
    is_good.then_some(Inputs { fields: read })
}

/// The names of `required`, each of which must be one of `known`.
fn names<'a>(context: &mut Context<'_>, at: &At<'a>, known: &[&str]) -> Vec<&'a str> {
    let mut names = Vec::new();
    for item in at.list(context).unwrap_or_default() {
        let Some(name) = item.text(context) else { continue };
        if !known.contains(&name) {
            let shown: String = name.chars().take(60).collect();
            let help = did_you_mean(name, known.iter().copied())
                .unwrap_or_else(|| format!("inputs here: {}", listed(known.iter().copied())));
            context
                .error(Code::InvalidSchema, item.span(), &item.path, format!("no input is called `{shown}`"))
                .help(help);
        }
        names.push(name);
    }
    names
}

/// Takes the default out of the schema, and holds it against the rest.
fn finished(context: &mut Context<'_>, at: &At<'_>, mut schema: Value, required: bool) -> Option<Input> {
    let default = schema.as_object_mut().and_then(|keywords| keywords.shift_remove("default"));
    let name = at.path.rsplit('.').next().unwrap_or_default();
    if let Some(default) = &default {
        let mistakes = check(&schema, default, name);
        if let Some((path, message)) = mistakes.first() {
            let place = default_of(at);
            context.error(
                Code::InvalidDefault,
                place.span(),
                &place.path,
                format!("by its own schema, the default of `{path}` {message}"),
            );
            return None;
        }
    }
    // What has a default is never missing.
    Some(Input { schema, required: required && default.is_none(), default })
}

fn default_of<'a>(at: &At<'a>) -> At<'a> {
    let Data::Map(fields) = &at.node.data else { return at.clone() };
    let found = fields.iter().find(|(key, _)| key.name == "default");
    found.map_or_else(|| at.clone(), |(key, node)| at.child(&key.name, node))
}

fn name(context: &mut Context<'_>, key: Span, name: &str, path: &str) {
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if !is_name {
        let shown: String = name.chars().take(60).collect();
        context
            .error(Code::InvalidName, key, path, format!("`{shown}` cannot be the name of an input"))
            .help("a name has letters, digits and `_`, and does not begin with a digit, so that `inputs.name` can be written");
    }
}
