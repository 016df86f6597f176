//! Which events come of a write. One call can make several: a lead that moves to another status is updated, and an
//! activity says so; a task that is done is updated and completed, and an activity says so.

use serde_json::{Map, Value, json};

use crate::api::caller::Caller;
use crate::body::{Scene, lead_status_change, opportunity_status_change, task_completion};
use crate::event::Occurrence;
use crate::objects::Kind;

/// Who wrote, and by which call.
pub(crate) struct Author {
    user_id: String,
    api_key_id: String,
    request_id: String,
    meta: Value,
}

impl Author {
    pub(crate) fn new(caller: &Caller, method: &str, path: &str) -> Self {
        Self {
            user_id: caller.user_id.clone(),
            api_key_id: caller.api_key_id.clone(),
            request_id: caller.request_id.clone(),
            meta: json!({ "request_method": method, "request_path": path }),
        }
    }

    fn did(&self, object_type: &str, action: &str, object: &Map<String, Value>) -> Occurrence {
        let text = |field: &str| object.get(field).and_then(Value::as_str).map(ToOwned::to_owned);
        Occurrence {
            object_type: object_type.to_owned(),
            action: action.to_owned(),
            object_id: text("id").unwrap_or_default(),
            lead_id: if object_type == "lead" { text("id") } else { text("lead_id") },
            user_id: Some(self.user_id.clone()),
            api_key_id: Some(self.api_key_id.clone()),
            request_id: Some(self.request_id.clone()),
            data: Value::Object(object.clone()),
            previous_data: json!({}),
            meta: self.meta.clone(),
            ..Occurrence::default()
        }
    }
}

/// A creation, and those of a lead's contacts.
pub(crate) fn of_creation(kind: Kind, object: &Map<String, Value>, author: &Author) -> Vec<Occurrence> {
    let mut occurrences = vec![author.did(kind.object_type(), "created", object)];
    if kind == Kind::Lead {
        let contacts = object.get("contacts").and_then(Value::as_array).into_iter().flatten();
        occurrences.extend(
            contacts.filter_map(Value::as_object).map(|contact| author.did("contact", "created", contact)),
        );
    }
    occurrences
}

/// The deletion of one object. A lead takes its children along, and each of them has one of its own.
pub(crate) fn of_deletion(kind: Kind, object: &Map<String, Value>, author: &Author) -> Occurrence {
    let deleted = author.did(&object_type(kind, object), "deleted", object);
    Occurrence { data: Value::Null, previous_data: Value::Object(object.clone()), ..deleted }
}

/// An update and what it entails; nothing where nothing but the date changed.
pub(crate) fn of_update(
    kind: Kind,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    author: &Author,
    scene: &mut Scene<'_>,
) -> Vec<Occurrence> {
    let previous: Map<String, Value> = after
        .iter()
        .filter(|(field, value)| before.get(*field) != Some(value))
        .map(|(field, _)| (field.clone(), before.get(field).cloned().unwrap_or_default()))
        .collect();
    if previous.keys().all(|field| matches!(field.as_str(), "date_updated" | "updated_by")) {
        return Vec::new();
    }
    let object_type = object_type(kind, after);
    let mut occurrences = vec![Occurrence {
        changed_fields: previous.keys().cloned().collect(),
        previous_data: Value::Object(previous.clone()),
        ..author.did(&object_type, "updated", after)
    }];
    if previous.contains_key("status_id") {
        occurrences
            .extend(moved(kind, before, after, scene).map(|(of, change)| author.did(of, "created", &change)));
    }
    if kind == Kind::Task
        && previous.contains_key("is_complete")
        && after.get("is_complete") == Some(&json!(true))
    {
        occurrences.push(author.did(&object_type, "completed", after));
        let activity = task_completion(scene, after);
        occurrences.push(author.did("activity.task_completed", "created", &activity));
    }
    occurrences
}

/// The activity of a move to another status.
fn moved(
    kind: Kind,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    scene: &mut Scene<'_>,
) -> Option<(&'static str, Map<String, Value>)> {
    let (old, new) = (before.get("status_id")?.as_str()?, after.get("status_id")?.as_str()?);
    let organization = scene.organization;
    match kind {
        Kind::Lead => {
            let (old, new) = (organization.lead_status(old)?, organization.lead_status(new)?);
            Some(("activity.lead_status_change", lead_status_change(scene, old, new)))
        }
        Kind::Opportunity => {
            let (old, new) = (organization.opportunity_status(old)?, organization.opportunity_status(new)?);
            Some(("activity.opportunity_status_change", opportunity_status_change(scene, after, old, new)))
        }
        Kind::Contact | Kind::Task | Kind::Note | Kind::CustomActivity => None,
    }
}

/// A task's subtype decides its object type.
fn object_type(kind: Kind, object: &Map<String, Value>) -> String {
    match object.get("_type").and_then(Value::as_str) {
        Some(subtype) if kind == Kind::Task => format!("task.{subtype}"),
        _ => kind.object_type().to_owned(),
    }
}
