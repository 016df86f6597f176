//! Calls. Close's statuses are `created`, `in-progress`, `completed`, `cancel`, `no-answer`, `busy`, `failed` and
//! `timeout`.

use serde_json::json;

use super::{Sample, Scene, with};

pub(super) fn sample(action: &str, scene: &mut Scene<'_>) -> Sample {
    let (status, disposition, seconds) = match action {
        "created" => ("created", json!(null), 0),
        "answered" => ("in-progress", json!(null), 0),
        _ => ("completed", json!("answered"), 252),
    };
    let lead = scene.lead.clone();
    let record = scene.activity("Call");
    let recording_url =
        format!("https://api.close.com/call/{}/recording/", record["id"].as_str().unwrap_or_default());
    let object = with(
        record,
        json!({
            "direction": "inbound",
            "status": status,
            "disposition": disposition,
            "duration": seconds,
            "phone": lead.contact_phone,
            "remote_phone": lead.contact_phone,
            "remote_phone_formatted": lead.contact_phone,
            "local_phone": "+12025550117",
            "local_phone_formatted": "+1 202-555-0117",
            "source": "Close.io",
            "call_method": "regular",
            "note": "",
            "outcome_id": null,
            "recording_url": if seconds > 0 { json!(recording_url) } else { json!(null) },
            "voicemail_url": null,
            "voicemail_duration": 0,
            "is_joinable": false,
            "transferred_from": null,
            "transferred_to": null,
            "date_answered": if action == "created" { json!(null) } else { json!(scene.hours_away(0)) },
        }),
    );
    Sample::new(object, &json!({ "status": "in-progress", "duration": 0, "disposition": null }))
}
