//! Triggers for published custom activities: what publishes one, and what is a draft that may become one.
//!
//! An activity is published where it was created as published, or where a draft has become so. What changes a published
//! one publishes nothing.

use serde_json::Value;

use crate::event::HeldEvent;

/// Close's word for what was submitted.
pub const PUBLISHED: &str = "published";

const DRAFT: &str = "draft";

/// What an event means for a trigger that only wants what is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Publication {
    /// It publishes this activity.
    Published(String),
    /// It tells of a draft.
    Draft {
        /// The activity.
        activity: String,
        /// The event, where the activity had been published before.
        reopened_by: Option<String>,
    },
    /// Neither, for that reason.
    Nothing(String),
}

/// What `event` means. The activity is known by the object's own id, or by the one in the event.
#[must_use]
pub fn judge(event: &HeldEvent) -> Publication {
    let Some(activity) = activity(event) else {
        return Publication::Nothing("the event does not say which activity it is about".to_owned());
    };
    let current = status(event.data().get("status"));
    let previous = previous(event);
    match (current.as_deref(), previous.as_deref(), event.head.action.as_str()) {
        (Some(PUBLISHED), _, "created") | (Some(PUBLISHED), Some(DRAFT), _) => {
            Publication::Published(activity)
        }
        (Some(PUBLISHED), _, _) => {
            Publication::Nothing("the activity was published before; this only changes it".to_owned())
        }
        (Some(DRAFT) | None, before, _) => {
            let reopened_by = (before == Some(PUBLISHED)).then(|| event.head.id.clone());
            Publication::Draft { activity, reopened_by }
        }
        (Some(other), _, _) => {
            Publication::Nothing(format!("the activity is `{}`", other.chars().take(60).collect::<String>()))
        }
    }
}

fn activity(event: &HeldEvent) -> Option<String> {
    let id = event.data().get("id").or_else(|| event.head.ids.get("object_id"));
    id.and_then(Value::as_str).filter(|id| !id.is_empty()).map(str::to_owned)
}

/// What the status was before, wherever a sender of Close's events has been seen to say it.
fn previous(event: &HeldEvent) -> Option<String> {
    let data = event.data();
    [
        event.previous().get("status"),
        data.get("old_status"),
        data.get("previous_status"),
        data.get("previous").and_then(|previous| previous.get("status")),
    ]
    .into_iter()
    .find_map(status)
}

fn status(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::{Map, json};

    use super::*;
    use crate::event::{EventHead, Part};
    use crate::time::Timestamp;

    fn event(action: &str, data: Value, previous: Value) -> HeldEvent {
        let head = EventHead {
            id: "ev_1".to_owned(),
            kind: format!("activity.custom_activity.{action}"),
            object_type: "activity.custom_activity".to_owned(),
            action: action.to_owned(),
            time: Timestamp::from_seconds(0),
            data: Part::Inline(data),
            previous: Part::Inline(previous),
            changed: Vec::new(),
            source: "close".to_owned(),
            ids: Map::new(),
        };
        HeldEvent { head, raw: Value::Null }
    }

    fn with_id(mut data: Value) -> Value {
        data["id"] = json!("acti_1");
        data
    }

    #[rstest]
    #[case::created_as_published("created", json!({ "status": "published" }), Value::Null)]
    #[case::written_otherwise("created", json!({ "status": " Published " }), Value::Null)]
    #[case::submitted("updated", json!({ "status": "published" }), json!({ "status": "draft" }))]
    #[case::old_status("updated", json!({ "status": "published", "old_status": "draft" }), Value::Null)]
    #[case::previous_status("updated", json!({ "status": "published", "previous_status": "draft" }), Value::Null)]
    #[case::nested("updated", json!({ "status": "published", "previous": { "status": "draft" } }), json!({}))]
    fn it_is_published(#[case] action: &str, #[case] data: Value, #[case] previous: Value) {
        assert_eq!(
            judge(&event(action, with_id(data), previous)),
            Publication::Published("acti_1".to_owned())
        );
    }

    #[rstest]
    #[case::changed("updated", json!({ "status": "published" }), json!({ "custom.cf_1": "a" }))]
    #[case::published_twice("updated", json!({ "status": "published" }), json!({ "status": "published" }))]
    #[case::something_else("created", json!({ "status": "archived" }), Value::Null)]
    fn it_publishes_nothing(#[case] action: &str, #[case] data: Value, #[case] previous: Value) {
        assert!(matches!(judge(&event(action, with_id(data), previous)), Publication::Nothing(_)));
    }

    #[rstest]
    #[case::created("created", json!({ "status": "draft" }), Value::Null, None)]
    #[case::edited("updated", json!({ "status": "draft" }), json!({ "custom.cf_1": "a" }), None)]
    #[case::not_said("created", json!({}), Value::Null, None)]
    #[case::taken_back("updated", json!({ "status": "draft" }), json!({ "status": "published" }), Some("ev_1"))]
    fn it_is_a_draft(
        #[case] action: &str,
        #[case] data: Value,
        #[case] previous: Value,
        #[case] reopened_by: Option<&str>,
    ) {
        let draft =
            Publication::Draft { activity: "acti_1".to_owned(), reopened_by: reopened_by.map(str::to_owned) };
        assert_eq!(judge(&event(action, with_id(data), previous)), draft);
    }

    #[test]
    fn without_an_id_it_is_nothing_that_could_be_looked_at() {
        let judged = judge(&event("created", json!({ "status": "draft" }), Value::Null));
        assert!(matches!(judged, Publication::Nothing(_)));
    }
}
