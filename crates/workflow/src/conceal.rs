//! Taking what `mask:` names out of an event and of inputs before they are stored, and putting it back for the engine.
//!
//! Paths are as the workflow writes them: `event.data.contacts`, `event.raw.token`, `inputs.password`. Where one meets a
//! list and goes on with a name, it goes on in each of its items. What identifies an event (its id, type, time and
//! source) is never taken out: a person has to find it.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::event::{EventHead, Part};
use crate::mask::MASKED;
use crate::model::FieldPath;

/// What was taken out of an event and of inputs. It is stored sealed only, as JSON, and its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Concealed {
    /// Of the event's body: where (a JSON pointer) and what, in the order it was taken.
    body: Vec<(String, Value)>,
    /// The event's parts as they were: in the body, or by themselves.
    data: Part,
    previous: Part,
    /// Of the vendor's ids.
    ids: Map<String, Value>,
    /// Of the inputs: where (a JSON pointer) and what, in the order it was taken.
    inputs: Vec<(String, Value)>,
}

/// Takes what `paths` name out of an event, given with its parsed body, and out of inputs. None where there is nothing
/// of it.
///
/// Where the body does not hold the event's data as JSON (a form), and something is taken out of the data, the whole
/// body goes with it: it says the same in its own way.
#[must_use]
pub fn conceal(
    paths: &[FieldPath],
    event: Option<(&mut EventHead, &mut Value)>,
    inputs: Option<&mut Value>,
) -> Option<Concealed> {
    if paths.is_empty() {
        return None;
    }
    let mut taken = Concealed {
        body: Vec::new(),
        data: Part::ABSENT,
        previous: Part::ABSENT,
        ids: Map::new(),
        inputs: Vec::new(),
    };
    let mut of_the_head = false;
    if let Some((head, raw)) = event {
        taken.data = head.data.clone();
        taken.previous = head.previous.clone();
        for path in under(paths, "event") {
            taken.event(path, head, raw);
        }
        // Of an event without a body, such as a schedule's, it is all that there is.
        of_the_head = taken.data != head.data || taken.previous != head.previous;
    }
    if let Some(inputs) = inputs {
        for path in under(paths, "inputs") {
            take(inputs, path, String::new(), &mut taken.inputs);
        }
    }
    let nothing = taken.body.is_empty() && taken.ids.is_empty() && taken.inputs.is_empty();
    (of_the_head || !nothing).then_some(taken)
}

impl Concealed {
    /// Puts back what was taken out of an event: its head, and its parsed body.
    pub fn reveal_event(&self, head: &mut EventHead, raw: &mut Value) {
        put_back(&self.body, raw);
        head.data = self.data.clone();
        head.previous = self.previous.clone();
        for (name, value) in &self.ids {
            head.ids.insert(name.clone(), value.clone());
        }
    }

    /// Puts back what was taken out of the inputs.
    pub fn reveal_inputs(&self, inputs: &mut Value) {
        put_back(&self.inputs, inputs);
    }

    fn event(&mut self, path: &[String], head: &mut EventHead, raw: &mut Value) {
        let Some((field, rest)) = path.split_first() else {
            self.part(&[], &mut head.data, raw);
            self.part(&[], &mut head.previous, raw);
            take(raw, &[], String::new(), &mut self.body);
            let names: Vec<String> = head.ids.keys().cloned().collect();
            for name in &names {
                self.id(name, &[], head);
            }
            return;
        };
        match field.as_str() {
            "data" => self.part(rest, &mut head.data, raw),
            "previous" => self.part(rest, &mut head.previous, raw),
            "raw" => take(raw, rest, String::new(), &mut self.body),
            other => self.id(other, rest, head),
        }
    }

    fn part(&mut self, path: &[String], part: &mut Part, raw: &mut Value) {
        match part {
            Part::At(pointer) => {
                if let Some(value) = raw.pointer_mut(pointer) {
                    take(value, path, pointer.clone(), &mut self.body);
                }
            }
            Part::Inline(value) => {
                let mut taken = Vec::new();
                take(value, path, String::new(), &mut taken);
                if !taken.is_empty() {
                    take(raw, &[], String::new(), &mut self.body);
                }
            }
        }
    }

    fn id(&mut self, name: &str, path: &[String], head: &mut EventHead) {
        let Some(value) = head.ids.get_mut(name) else { return };
        let (original, mut taken) = (value.clone(), Vec::new());
        take(value, path, String::new(), &mut taken);
        if !taken.is_empty() {
            // Of two paths into the same one, the first has seen the whole of it.
            self.ids.entry(name).or_insert(original);
        }
    }
}

impl fmt::Debug for Concealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Concealed")
    }
}

/// What comes after `root` in those paths that begin there.
fn under<'a>(paths: &'a [FieldPath], root: &'static str) -> impl Iterator<Item = &'a [String]> {
    paths.iter().filter_map(move |FieldPath(path)| {
        let (first, rest) = path.split_first()?;
        (first == root).then_some(rest)
    })
}

/// Replaces what is at `path`. `null` stays, so that the history shows that there was nothing.
fn take(value: &mut Value, path: &[String], pointer: String, taken: &mut Vec<(String, Value)>) {
    let Some((segment, rest)) = path.split_first() else {
        if !value.is_null() && value != MASKED {
            taken.push((pointer, value.take()));
            *value = Value::String(MASKED.to_owned());
        }
        return;
    };
    match value {
        Value::Object(fields) => {
            if let Some(field) = fields.get_mut(segment) {
                take(field, rest, format!("{pointer}/{}", escaped(segment)), taken);
            }
        }
        Value::Array(items) => match segment.parse::<usize>() {
            Ok(place) => {
                if let Some(item) = items.get_mut(place) {
                    take(item, rest, format!("{pointer}/{place}"), taken);
                }
            }
            Err(_) => {
                for (place, item) in items.iter_mut().enumerate() {
                    take(item, path, format!("{pointer}/{place}"), taken);
                }
            }
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// From the last to the first: what was taken later lay around what was taken before.
fn put_back(taken: &[(String, Value)], value: &mut Value) {
    for (pointer, original) in taken.iter().rev() {
        if let Some(place) = value.pointer_mut(pointer) {
            *place = original.clone();
        }
    }
}

/// A name as a JSON pointer has it (RFC 6901, 3).
fn escaped(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::event::Event;
    use crate::time::Timestamp;

    fn paths(paths: &[&str]) -> Vec<FieldPath> {
        paths.iter().map(|path| FieldPath(path.split('.').map(str::to_owned).collect())).collect()
    }

    fn head(data: Part, ids: &Value) -> EventHead {
        EventHead {
            id: "ev_1".to_owned(),
            kind: "lead.created".to_owned(),
            object_type: "lead".to_owned(),
            action: "created".to_owned(),
            time: Timestamp::from_seconds(0),
            changed: Vec::new(),
            source: "close".to_owned(),
            ids: ids.as_object().cloned().unwrap_or_default(),
            data,
            previous: Part::At("/event/previous_data".to_owned()),
        }
    }

    /// What is stored, and what the engine gets back.
    fn round(masked: &[&str], head: EventHead, raw: &Value) -> (Event, Event) {
        let (mut stored, mut body) = (head, raw.clone());
        let concealed = conceal(&paths(masked), Some((&mut stored, &mut body)), None);
        let event = stored.clone().attach(body.clone());
        if let Some(concealed) = concealed {
            concealed.reveal_event(&mut stored, &mut body);
        }
        (event, stored.attach(body))
    }

    #[test]
    fn what_is_taken_out_of_the_data_is_gone_from_the_body() {
        let raw = json!({ "event": {
            "data": { "name": "Acme", "contacts": [{ "a/b": "Ann", "phone": null }, { "a/b": "Bob" }] },
            "previous_data": { "name": "Old" },
        } });
        let whole = head(Part::At("/event/data".to_owned()), &json!({}));
        let masked =
            ["event.data.contacts.a/b", "event.data.contacts.phone", "event.previous", "event.data.gone"];

        let (stored, revealed) = round(&masked, whole.clone(), &raw);

        assert_eq!(
            stored.raw,
            json!({ "event": {
                "data": { "name": "Acme", "contacts": [{ "a/b": "[masked]", "phone": null }, { "a/b": "[masked]" }] },
                "previous_data": "[masked]",
            } })
        );
        assert_eq!(stored.previous, json!("[masked]"));
        assert_eq!(revealed, whole.attach(raw));
    }

    #[test]
    fn paths_within_one_another_give_back_the_whole() {
        let raw = json!({ "event": { "data": { "contacts": [{ "name": "Ann" }] } } });
        let whole =
            head(Part::At("/event/data".to_owned()), &json!({ "lead_id": "lead_1", "user_id": "user_1" }));
        let masked = ["event.data.contacts.0.name", "event.data.contacts", "event.lead_id", "event"];

        let (stored, revealed) = round(&masked, whole.clone(), &raw);

        let shown = serde_json::to_string(&stored).unwrap();
        assert!(["Ann", "lead_1", "user_1"].iter().all(|secret| !shown.contains(secret)), "{shown}");
        assert_eq!((stored.id.as_str(), stored.kind.as_str()), ("ev_1", "lead.created"));
        assert_eq!(revealed, whole.attach(raw));
    }

    #[test]
    fn of_a_form_the_whole_body_is_taken_with_one_of_its_fields() {
        let raw = json!("name=Acme&password=hunter2");
        let whole = head(Part::Inline(json!({ "name": "Acme", "password": "hunter2" })), &json!({}));

        let (stored, revealed) = round(&["event.data.password"], whole.clone(), &raw);

        assert_eq!(stored.data, json!({ "name": "Acme", "password": "[masked]" }));
        assert_eq!(stored.raw, json!("[masked]"));
        assert_eq!(revealed, whole.attach(raw));
    }

    #[test]
    fn an_event_without_a_body_gives_back_what_was_taken_out_of_it() {
        let whole = head(Part::Inline(json!({ "timezone": "Europe/Berlin", "every": "1h" })), &json!({}));

        let (stored, revealed) = round(&["event.data.timezone"], whole.clone(), &Value::Null);

        assert_eq!(stored.data, json!({ "timezone": "[masked]", "every": "1h" }));
        assert_eq!(stored.raw, Value::Null);
        assert_eq!(revealed, whole.attach(Value::Null));
    }

    #[test]
    fn inputs_are_masked_too_and_nothing_is_taken_where_nothing_is_named() {
        let mut inputs = json!({ "user": "ann", "password": "hunter2" });

        let concealed =
            conceal(&paths(&["inputs.password", "steps.lead.output"]), None, Some(&mut inputs)).unwrap();
        assert_eq!(inputs, json!({ "user": "ann", "password": "[masked]" }));
        assert_eq!(format!("{concealed:?}"), "Concealed");
        let stored: Concealed = serde_json::from_value(serde_json::to_value(&concealed).unwrap()).unwrap();
        stored.reveal_inputs(&mut inputs);
        assert_eq!(inputs, json!({ "user": "ann", "password": "hunter2" }));

        assert_eq!(conceal(&paths(&["steps.lead.output", "event.data"]), None, Some(&mut inputs)), None);
    }
}
