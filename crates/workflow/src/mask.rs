//! Hiding what `mask:` names: values at field paths, and the texts under them.
//!
//! A path begins with its root: `event.data.contacts`, `inputs.token`, `steps.lead.output.phones`. Where it meets a list
//! and goes on with a name, it goes on in each of its items.

use serde_json::Value;

use crate::model::FieldPath;

/// What stands where a masked value was.
pub const MASKED: &str = "[masked]";

/// Whether one of `paths` begins with `root`.
#[must_use]
pub fn concerns(paths: &[FieldPath], root: &[&str]) -> bool {
    paths.iter().any(|path| within(path, root).is_some())
}

/// Replaces the values at those of `paths` that begin with `root` in `value`, which is what that root holds. `null`
/// stays, so that the history shows that there was nothing.
pub fn hide(paths: &[FieldPath], root: &[&str], value: &mut Value) {
    for path in paths {
        if let Some(rest) = within(path, root) {
            each(value, rest, &mut |found| {
                if !found.is_null() {
                    *found = Value::String(MASKED.to_owned());
                }
            });
        }
    }
}

/// The texts under the values at those of `paths` that begin with `root`: what must not be seen anywhere else either.
#[must_use]
pub fn texts(paths: &[FieldPath], root: &[&str], value: &Value) -> Vec<String> {
    let mut texts = Vec::new();
    for path in paths {
        if let Some(rest) = within(path, root) {
            each_seen(value, rest, &mut |found| leaves(found, &mut texts));
        }
    }
    texts
}

fn within<'a>(path: &'a FieldPath, root: &[&str]) -> Option<&'a [String]> {
    let (begin, rest) = path.0.split_at_checked(root.len())?;
    begin.iter().zip(root).all(|(segment, root)| segment == root).then_some(rest)
}

fn each(value: &mut Value, path: &[String], change: &mut impl FnMut(&mut Value)) {
    let Some((segment, rest)) = path.split_first() else { return change(value) };
    match value {
        Value::Object(fields) => {
            if let Some(field) = fields.get_mut(segment) {
                each(field, rest, change);
            }
        }
        Value::Array(items) => match segment.parse::<usize>() {
            Ok(place) => {
                if let Some(item) = items.get_mut(place) {
                    each(item, rest, change);
                }
            }
            Err(_) => items.iter_mut().for_each(|item| each(item, path, change)),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn each_seen<'a>(value: &'a Value, path: &[String], see: &mut impl FnMut(&'a Value)) {
    let Some((segment, rest)) = path.split_first() else { return see(value) };
    match value {
        Value::Object(fields) => {
            if let Some(field) = fields.get(segment) {
                each_seen(field, rest, see);
            }
        }
        Value::Array(items) => match segment.parse::<usize>() {
            Ok(place) => {
                if let Some(item) = items.get(place) {
                    each_seen(item, rest, see);
                }
            }
            Err(_) => items.iter().for_each(|item| each_seen(item, path, see)),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn leaves(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, texts)),
        Value::Object(fields) => fields.values().for_each(|field| leaves(field, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn paths(paths: &[&str]) -> Vec<FieldPath> {
        paths.iter().map(|path| FieldPath(path.split('.').map(str::to_owned).collect())).collect()
    }

    #[test]
    fn values_are_hidden_and_their_texts_known() {
        let paths = paths(&["event.data.contacts", "event.data.gone", "steps.lead.output"]);
        let mut event =
            json!({ "data": { "name": "Acme", "contacts": [{ "name": "Ann", "phones": ["555-1"] }] } });

        assert_eq!(texts(&paths, &["event"], &event), ["Ann", "555-1"]);
        hide(&paths, &["event"], &mut event);

        assert_eq!(event, json!({ "data": { "name": "Acme", "contacts": "[masked]" } }));
    }

    #[test]
    fn a_name_goes_into_every_item_of_a_list_and_a_number_into_one() {
        let paths = paths(&["event.data.contacts.name", "event.data.contacts.1.phone"]);
        let mut event = json!({ "data": { "contacts": [
            { "name": "Ann", "phone": "555-1" }, { "name": null, "phone": "555-2" },
        ] } });

        assert_eq!(texts(&paths, &["event"], &event), ["Ann", "555-2"]);
        hide(&paths, &["event"], &mut event);

        let contacts = json!([
            { "name": "[masked]", "phone": "555-1" }, { "name": null, "phone": "[masked]" },
        ]);
        assert_eq!(event["data"]["contacts"], contacts);
    }

    #[test]
    fn a_path_to_the_whole_of_it_hides_the_whole() {
        let paths = paths(&["steps.lead.output"]);
        let mut output = json!({ "phone": "555-1" });

        assert!(concerns(&paths, &["steps", "lead", "output"]));
        assert!(!concerns(&paths, &["steps", "other", "output"]));
        hide(&paths, &["steps", "lead", "output"], &mut output);

        assert_eq!(output, json!("[masked]"));
    }
}
