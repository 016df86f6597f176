//! Finding a vendor's own words in the body of an error.

use http::StatusCode;
use serde_json::{Map, Value};

/// More than any message of a vendor's; what a proxy's error page has beyond it helps nobody.
const LONGEST: usize = 1_000;

/// The vendor's words: `error` or `message`, of which either may be an object with a `message` of its own; the list
/// `errors`, of texts or of such objects; and each of the `field-errors` with its field's name. A body with none of these
/// is given as it is, and an empty one as the status's usual phrase.
pub(super) fn from_body(status: u16, body: &[u8]) -> String {
    let text = match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(object)) => from_object(&object),
        Ok(Value::String(text)) => text,
        _ => String::new(),
    };
    let text = if text.is_empty() { String::from_utf8_lossy(body).into_owned() } else { text };
    let text = text.trim();
    if text.is_empty() {
        let phrase = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
        return phrase.unwrap_or("no reason given").to_owned();
    }
    let end = text.floor_char_boundary(LONGEST);
    if end < text.len() { format!("{}…", &text[..end]) } else { text.to_owned() }
}

fn from_object(object: &Map<String, Value>) -> String {
    let mut words = Vec::new();
    for name in ["error", "message"] {
        collect(None, object.get(name), &mut words);
    }
    collect(None, object.get("errors"), &mut words);
    if let Some(Value::Object(fields)) = object.get("field-errors") {
        for (field, value) in fields {
            collect(Some(field), Some(value), &mut words);
        }
    }
    words.dedup();
    words.join("; ")
}

/// The texts in `value`, with the name of their field before them.
fn collect(field: Option<&str>, value: Option<&Value>, words: &mut Vec<String>) {
    match value {
        None | Some(Value::Null) => {}
        Some(Value::Array(values)) => values.iter().for_each(|value| collect(field, Some(value), words)),
        Some(Value::Object(object)) if object.get("message").is_some_and(Value::is_string) => {
            collect(field, object.get("message"), words);
        }
        Some(value) => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            if !text.is_empty() {
                words.push(field.map_or_else(|| text.clone(), |field| format!("{field}: {text}")));
            }
        }
    }
}
