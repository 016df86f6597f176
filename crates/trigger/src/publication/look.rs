//! What is made of an activity that was looked at. Pure.

use bellhop_workflow::publication::PUBLISHED;
use serde_json::{Value, json};

/// Whether the activity, as Close gives it, is published.
pub(super) fn is_published(activity: &Value) -> bool {
    let status = activity.get("status").and_then(Value::as_str).unwrap_or_default();
    status.trim().eq_ignore_ascii_case(PUBLISHED)
}

/// The delivery that Close would make of it: a draft has become a published one. `key` stands for the event's id, which
/// nobody knows.
pub(super) fn body(activity: &Value, id: &str, key: &str, subscription: Option<&str>) -> Value {
    let of = |name: &str| activity.get(name).filter(|value| value.is_string()).cloned().unwrap_or_default();
    let published_at = of("date_updated");
    json!({
        "event": {
            "id": key,
            "object_type": "activity.custom_activity",
            "action": "updated",
            "object_id": id,
            "lead_id": of("lead_id"),
            "user_id": of("user_id"),
            "organization_id": of("organization_id"),
            "date_created": published_at,
            "date_updated": published_at,
            "changed_fields": ["status"],
            "previous_data": { "status": "draft" },
            "data": activity,
            "meta": {},
        },
        "subscription_id": subscription,
    })
}
