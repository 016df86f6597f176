//! The JSON Schema of workflow files (draft 7, which every editor's YAML support reads).
//!
//! It is made from the same tables as the parser, as far as there are tables, and says all that a schema can say:
//! which keys there are, what they take, which exclude each other. What only the parser can know stays there: whether
//! a step that an expression names exists and has run, whether an expression is well formed. A property test holds
//! that the two never disagree on the rest.
//!
//! # Adding a key
//! In [`step`], [`trigger`], [`root`] or the step kind's table in `parse/with`, with a sentence that explains it in
//! [`words`].

mod block;
mod common;
mod inputs;
mod root;
mod step;
mod trigger;
mod with;
mod with_more;
mod words;

use serde_json::{Map, Value, json};

use crate::catalogue::EventCatalogue;

/// Where the schema says that it is from. It names the language's version, not an address that must answer.
const ID: &str = "https://bellhop.dev/schema/workflow-v1.json";

/// The JSON Schema of a workflow file, with the event names that `catalogue` has.
#[must_use]
pub fn schema(catalogue: &dyn EventCatalogue) -> Value {
    let mut definitions = Map::new();
    common::define(&mut definitions);
    trigger::define(&mut definitions, catalogue);
    inputs::define(&mut definitions);
    with::define(&mut definitions);
    block::define(&mut definitions);
    step::define(&mut definitions);
    let mut schema = root::schema();
    if let Value::Object(fields) = &mut schema {
        fields.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
        fields.insert("$id".to_owned(), json!(ID));
        fields.insert("title".to_owned(), json!("Bellhop workflow"));
        fields.insert("definitions".to_owned(), Value::Object(definitions));
    }
    schema
}

/// A reference to a definition, with a sentence of its own. Draft 7 minds nothing beside `$ref`, so it is wrapped.
fn refer(name: &str, description: &str) -> Value {
    json!({ "description": description, "allOf": [{ "$ref": format!("#/definitions/{name}") }] })
}

/// One of these words, each with what it means.
fn words_of<'w>(words: impl IntoIterator<Item = (&'w str, &'w str)>) -> Value {
    let each = words.into_iter().map(|(word, meaning)| json!({ "const": word, "description": meaning }));
    json!({ "anyOf": each.collect::<Vec<_>>() })
}

/// A map of these fields and no others.
fn closed(description: &str, fields: &Value, required: &[&str]) -> Value {
    let mut schema = json!({
        "description": description, "type": "object", "properties": fields, "additionalProperties": false,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}
