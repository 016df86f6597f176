//! What all operations have in common, added to what each says of itself.

use serde_json::{Map, Value, json};

use super::examples::example_of;
use crate::problem::kind;

/// Where a token is asked for.
const REST: &str = "/api/v1/";

const PROBLEM: &str = "application/problem+json";

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// Completes the description.
pub(super) fn complete(mut document: Value) -> Value {
    document["components"]["securitySchemes"] = json!({
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "The server's own token, or one that was made with it. Its scope has to reach as far as the \
                operation: `read`, `write` or `admin`."
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "bellhop",
            "description": "What `POST /api/v1/session` gives a browser; where the server is asked over https, its name is \
                `__Host-bellhop`. What changes something needs the header `X-Bellhop-Request` besides."
        }
    });
    translate(&mut document);
    let schemas = document["components"]["schemas"].clone();
    let Some(paths) = document["paths"].as_object_mut() else { return document };
    for (path, item) in paths {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            if METHODS.contains(&method.as_str()) {
                complete_operation(path, operation, &schemas);
            }
        }
    }
    document
}

/// Comments point to code; who reads this has only the names.
fn translate(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                match field {
                    Value::String(words) if key == "description" => *words = without_links(words),
                    field => translate(field),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(translate),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// ``[`crate::journal::StepError::kind`]`` is `kind` to a reader.
fn without_links(words: &str) -> String {
    let mut parts = words.split("[`");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (link, rest) = part.split_once("`]").unwrap_or((part, ""));
        let name = link.rsplit("::").next().unwrap_or(link);
        plain.push('`');
        plain.push_str(name);
        plain.push('`');
        plain.push_str(rest);
    }
    plain
}

fn complete_operation(path: &str, operation: &mut Value, schemas: &Value) {
    // One that takes its token otherwise says so itself.
    let is_secured = path.starts_with(REST) && operation.get("security").is_none();
    if is_secured {
        operation["security"] = json!([{ "token": [] }, { "session": [] }]);
    }
    for (status, words) in common_answers(path, operation, is_secured) {
        let answers = operation["responses"].as_object_mut();
        if let Some(answers) = answers {
            answers.entry(status.to_string()).or_insert_with(|| json!({ "description": words }));
        }
    }
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        // Forms send what was left empty; it counts as not given.
        if parameter["in"] == "query" {
            parameter["allowEmptyValue"] = json!(true);
        }
    }
    if let Some(body) = operation.get_mut("requestBody") {
        // All that can be left out is said to be so by its words.
        let is_optional = body["description"].as_str().is_some_and(|words| words.contains("left out"));
        body["required"] = json!(!is_optional);
        add_examples(&mut body["content"], schemas);
    }
    for (status, answer) in operation["responses"].as_object_mut().into_iter().flatten() {
        if status.parse::<u16>().is_ok_and(|status| status >= 400) {
            answer["content"] = json!({ PROBLEM: problem(status) });
        }
        if path.starts_with(REST) {
            add_header(answer, status);
        }
        if let Some(content) = answer.get_mut("content") {
            add_examples(content, schemas);
        }
    }
}

/// The header that every answer of that status has.
fn add_header(answer: &mut Value, status: &str) {
    let (name, kind, words) = match status {
        "401" | "403" => {
            ("WWW-Authenticate", "string", "What is needed (RFC 6750); not where a cookie is at fault")
        }
        "429" | "503" => ("Retry-After", "integer", "In so many seconds it may be tried again"),
        _ => return,
    };
    answer["headers"] = json!({ name: { "schema": { "type": kind }, "description": words } });
}

/// The answers that any operation of its kind can give.
fn common_answers(path: &str, operation: &Value, is_secured: bool) -> Vec<(u16, &'static str)> {
    let mut answers = Vec::new();
    let has_query = operation["parameters"].as_array().into_iter().flatten().any(|it| it["in"] == "query");
    let has_condition = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|it| it["name"].as_str().is_some_and(|name| name.starts_with("If-")));
    let has_body = operation.get("requestBody").is_some();
    if is_secured {
        answers.push((401, "A valid token is needed"));
        answers.push((
            403,
            "The token does not reach so far, or is for other workflows; or another site may be behind it",
        ));
        answers.push((429, "Too many wrong tokens came from this address"));
        if path.contains('{') {
            answers.push((404, "There is no such thing"));
        }
    }
    if has_query || has_body || has_condition {
        answers.push((400, "A query parameter or a header is not valid, or the body cannot be read"));
    }
    if has_body {
        answers.push((408, "The body did not arrive in time"));
        answers.push((413, "The body is too large"));
        answers.push((415, "The content type is not understood"));
    }
    if is_secured || has_body || path.contains('{') {
        answers.push((500, "The server made a mistake"));
        answers.push((503, "The database cannot be used at present"));
    }
    answers
}

/// A problem of that status, the first of its kind.
fn problem(status: &str) -> Value {
    let kind = kind::ALL.iter().find(|kind| kind.status.as_str() == status);
    let example = kind.map_or_else(
        || json!({ "type": "about:blank", "title": "Refused", "status": status.parse::<u16>().ok() }),
        |kind| json!({ "type": kind.uri, "title": kind.title, "status": kind.status.as_u16() }),
    );
    let mut example = example;
    example["detail"] = json!(kind.map_or("The delivery was refused.", |kind| kind.detail));
    json!({ "schema": { "$ref": "#/components/schemas/Problem" }, "example": example })
}

fn add_examples(content: &mut Value, schemas: &Value) {
    for (_, media) in content.as_object_mut().into_iter().flatten() {
        let Some(media) = media.as_object_mut() else { continue };
        if !media.contains_key("example") {
            let example = example_of(media.get("schema").unwrap_or(&Value::Null), schemas);
            media.insert("example".to_owned(), example);
        }
        prune_empty(media);
    }
}

/// A schema that says nothing need not be there.
fn prune_empty(media: &mut Map<String, Value>) {
    if media.get("schema").is_some_and(|schema| schema.as_object().is_some_and(Map::is_empty)) {
        media.remove("schema");
    }
}
