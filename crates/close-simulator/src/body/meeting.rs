//! Meetings. Close's statuses are `upcoming`, `in-progress`, `completed`, `canceled` and the declined ones.

use serde_json::json;

use super::{Sample, Scene, with};

pub(super) fn sample(action: &str, scene: &mut Scene<'_>) -> Sample {
    let (status, starts_in_hours) = match action {
        "started" => ("in-progress", 0),
        "completed" => ("completed", -1),
        "canceled" => ("canceled", 24),
        _ => ("upcoming", 24),
    };
    let lead = scene.lead.clone();
    let object = with(
        scene.activity("Meeting"),
        json!({
            "title": format!("Demo for {}", lead.name),
            "status": status,
            "starts_at": scene.hours_away(starts_in_hours),
            "ends_at": scene.hours_away(starts_in_hours + 1),
            "duration": 3600,
            "timezone": "Europe/Berlin",
            "location": "https://meet.example/demo",
            "note": "Send the agenda a day before.",
            "is_recurring": false,
            "source": "calendar",
            "connected_account_id": scene.dice.id("emailacct"),
            "calendar_event_uids": [scene.dice.short_id("cal")],
            "attendees": [
                { "email": lead.contact_email, "name": lead.contact_name, "contact_id": lead.contact_id,
                  "user_id": null, "status": "yes", "is_organizer": false },
                { "email": scene.user.email, "name": scene.user.name(), "contact_id": null,
                  "user_id": scene.user.id, "status": "yes", "is_organizer": true },
            ],
            "outcome_id": null,
            "user_note_html": null,
        }),
    );
    Sample::new(object, &json!({ "location": null, "note": "" }))
}
