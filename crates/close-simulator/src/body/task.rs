//! Tasks. The subtype (`lead`, `missed_call`, …) is the object's `_type`.

use serde_json::{Map, Value, json};

use super::{Sample, Scene, with};

pub(super) fn sample(subtype: &str, action: &str, scene: &mut Scene<'_>) -> Sample {
    let lead = scene.lead.clone();
    let completed = action == "completed";
    let common = with(
        blank(scene),
        json!({
            "_type": subtype,
            "contact_id": lead.contact_id,
            "contact_name": lead.contact_name,
            "is_complete": completed,
            "view": if completed { "archive" } else { "inbox" },
        }),
    );
    let own = match subtype {
        "missed_call" => json!({
            "text": "", "phone": lead.contact_phone, "phone_formatted": lead.contact_phone,
            "phone_number_description": "Sales line", "local_phone": "+12025550117",
        }),
        "voicemail" => json!({
            "text": "", "phone": lead.contact_phone, "phone_formatted": lead.contact_phone,
            "phone_number_description": "Sales line", "local_phone": "+12025550117", "voicemail_duration": 34,
            "voicemail_url": format!("https://api.close.com/call/{}/voicemail/", scene.dice.id("acti")),
        }),
        "incoming_email" => json!({
            "text": "", "subject": "Your proposal", "body_preview": "Thanks, two questions before we sign",
            "email_id": scene.dice.id("acti"), "emails": [lead.contact_email],
        }),
        "outbound_call" => json!({
            "text": format!("Call {} back", lead.contact_name), "phone": lead.contact_phone,
            "phone_formatted": lead.contact_phone,
        }),
        _ => json!({ "text": format!("Send {} the revised proposal", lead.name) }),
    };
    let previous = json!({ "date": scene.days_away(0), "due_date": scene.days_away(0) });
    Sample::new(with(common, own), &previous)
}

/// A task on the scene's lead, due tomorrow, for the acting user.
pub(super) fn blank(scene: &mut Scene<'_>) -> Map<String, Value> {
    with(
        scene.record("task"),
        json!({
            "_type": "lead",
            "lead_id": scene.lead.id,
            "lead_name": scene.lead.name,
            "contact_id": null,
            "contact_name": null,
            "assigned_to": scene.user.id,
            "assigned_to_name": scene.user.name(),
            "text": "",
            "date": scene.days_away(1),
            "due_date": scene.days_away(1),
            "is_dateless": false,
            "is_complete": false,
            "view": "inbox",
            "object_id": null,
            "object_type": null,
        }),
    )
}
