//! Close's own words in a refusal. Seen in the field: `error` and `message` (texts), `errors` (a list of texts) and
//! `field-errors` (a map from field to text, list, or the same again for nested objects).

use serde_json::Value;

/// What the body of a refusal says, in one line; `None` where it has none of Close's keys.
pub(super) fn words(body: &Value) -> Option<String> {
    let mut sentences = Vec::new();
    collect(body, "", &mut sentences);
    (!sentences.is_empty()).then(|| sentences.join("; "))
}

/// Collects the sentences of a body, or of the part of it that is about `field`.
fn collect(body: &Value, field: &str, sentences: &mut Vec<String>) {
    for key in ["error", "message", "errors"] {
        say(&body[key], field, sentences);
    }
    for key in ["field-errors", "field_errors"] {
        for (name, problem) in body[key].as_object().into_iter().flatten() {
            let field = if field.is_empty() { name.clone() } else { format!("{field}.{name}") };
            say(problem, &field, sentences);
            collect(problem, &field, sentences);
        }
    }
}

fn say(value: &Value, field: &str, sentences: &mut Vec<String>) {
    match value {
        Value::String(text) if !text.is_empty() => {
            let sentence = if field.is_empty() { text.clone() } else { format!("{field}: {text}") };
            // `error` and `message` often are the same.
            if !sentences.contains(&sentence) {
                sentences.push(sentence);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| say(item, field, sentences)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {}
    }
}
