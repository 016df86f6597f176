//! Holds answers against the description of the interface: every answer that any test of this crate gets.

use std::collections::HashSet;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::app::Answer;

/// The description, as the first test has asked for it.
pub(crate) static INTERFACE: OnceCell<Interface> = OnceCell::const_new();

/// The description, with nothing allowed that it does not name.
pub(crate) struct Interface(Value);

impl Interface {
    pub(crate) fn new(document: &Value) -> Self {
        let mut document = document.clone();
        // What is a part of something else is not whole by itself.
        let mut parts = HashSet::new();
        find_parts(&document, &mut parts);
        for (name, schema) in document["components"]["schemas"].as_object_mut().unwrap() {
            let is_part = parts.contains(name);
            close(schema, is_part);
        }
        Self(document)
    }

    /// Fails where the value is not what the schema asks for.
    pub(crate) fn hold(&self, schema: &Value, value: &Value, place: &str) {
        let mut schema = schema.clone();
        if schema.is_null() {
            return;
        }
        schema["components"] = self.0["components"].clone();
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(&schema)
            .unwrap_or_else(|error| panic!("{place}: {error}"));
        let mistakes: Vec<String> =
            validator.iter_errors(value).map(|it| format!("{}: {it}", it.instance_path())).collect();
        assert!(mistakes.is_empty(), "{place}: {mistakes:#?}\n{value:#}");
    }

    /// Fails where an operation has given an answer that it does not speak of.
    pub(crate) fn hold_answer(&self, method: &Method, path: &str, answer: &Answer) {
        let Some((found, item)) = self.item(path) else { return };
        let operation = &item[method.as_str().to_lowercase()];
        // What a workflow answers is its own affair, and what a wrong method does is no operation's.
        if operation.is_null()
            || answer.status == StatusCode::METHOD_NOT_ALLOWED
            || found.starts_with("/webhook/")
        {
            return;
        }
        let place = format!("{method} {found}: {}", answer.status);
        let described = &operation["responses"][answer.status.as_str()];
        assert!(described.is_object(), "{place} is not described: {}", answer.text);
        let Some(content) = described["content"].as_object() else {
            assert_eq!(answer.text, "", "{place}");
            return;
        };
        let media = answer.header("content-type").split(';').next().unwrap();
        // Whoever asks for a page is told in a page.
        if media == "text/html" && found.starts_with("/resume/") {
            return;
        }
        let content = content.get(media).unwrap_or_else(|| panic!("{place}: {media} is not described"));
        if media.ends_with("json") {
            self.hold(&content["schema"], &serde_json::from_str(&answer.text).unwrap(), &place);
        }
    }

    /// The path that is meant: one that is spelled out goes before one with parameters.
    fn item(&self, path: &str) -> Option<(&String, &Value)> {
        let path = path.split('?').next().unwrap();
        let paths = self.0["paths"].as_object().unwrap();
        let fits = |template: &str| {
            let (wanted, given): (Vec<&str>, Vec<&str>) =
                (template.split('/').collect(), path.split('/').collect());
            let same = |(wanted, given): (&&str, &&str)| wanted.starts_with('{') || wanted == given;
            wanted.len() == given.len() && wanted.iter().zip(&given).all(same)
        };
        paths.get_key_value(path).or_else(|| paths.iter().find(|(template, _)| fits(template)))
    }
}

fn find_parts(schema: &Value, parts: &mut HashSet<String>) {
    if let Some(all) = schema["allOf"].as_array() {
        parts.extend(
            all.iter().filter_map(|part| Some(part["$ref"].as_str()?.rsplit('/').next()?.to_owned())),
        );
    }
    match schema {
        Value::Object(fields) => fields.values().for_each(|field| find_parts(field, parts)),
        Value::Array(items) => items.iter().for_each(|item| find_parts(item, parts)),
        _ => {}
    }
}

/// Has the schema allow no field but those that it names.
fn close(schema: &mut Value, is_part: bool) {
    let Value::Object(fields) = schema else { return };
    for (key, field) in fields.iter_mut() {
        match (key.as_str(), field) {
            ("properties", Value::Object(all)) => all.values_mut().for_each(|field| close(field, false)),
            ("items", field) => close(field, false),
            ("oneOf" | "anyOf", Value::Array(all)) => all.iter_mut().for_each(|one| close(one, false)),
            ("allOf", Value::Array(all)) => all.iter_mut().for_each(|one| close(one, true)),
            _ => {}
        }
    }
    let names_fields = fields.contains_key("properties") || fields.contains_key("allOf");
    if names_fields && !is_part && !fields.contains_key("additionalProperties") {
        fields.insert("unevaluatedProperties".to_owned(), json!(false));
    }
}
