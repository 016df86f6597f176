//! Prepared texts, and sequences of them with the contacts who get them.

use serde_json::json;

use super::{Sample, Scene, with};

pub(super) fn email(scene: &mut Scene<'_>) -> Sample {
    let object = with(
        scene.record("tmpl"),
        json!({
            "name": "After the demo",
            "subject": "Next steps for {{ lead.display_name }}",
            "body": "<p>Thank you for your time today.</p>",
            "is_shared": true,
            "is_archived": false,
            "attachments": [],
            "cc": [],
            "bcc": [],
        }),
    );
    Sample::new(object, &json!({ "subject": "Next steps" }))
}

pub(super) fn sms(scene: &mut Scene<'_>) -> Sample {
    let object = with(
        scene.record("smstmpl"),
        json!({
            "name": "Running late", "text": "I am ten minutes late, sorry!", "is_shared": false, "is_archived": false,
            "attachments": [],
        }),
    );
    Sample::new(object, &json!({ "text": "I am late" }))
}

pub(super) fn sequence(scene: &mut Scene<'_>) -> Sample {
    let (step_id, template_id) = (scene.dice.id("seqstep"), scene.dice.id("tmpl"));
    let object = with(
        scene.record("seq"),
        json!({
            "name": "New leads of the fair",
            "status": "active",
            "timezone": "Europe/Berlin",
            "schedule": { "ranges": [{ "weekday": 1, "start": "09:00", "end": "17:00" }] },
            "steps": [{ "id": step_id, "step_type": "email", "delay": 86_400, "email_template_id": template_id }],
            "trigger_query": null,
        }),
    );
    Sample::new(object, &json!({ "status": "paused" }))
}

pub(super) fn subscription(scene: &mut Scene<'_>) -> Sample {
    let sequence_id = scene.dice.id("seq");
    let object = with(
        scene.record("sub"),
        json!({
            "lead_id": scene.lead.id,
            "contact_id": scene.lead.contact_id,
            "contact_email": scene.lead.contact_email,
            "sequence_id": sequence_id,
            "sender_email": scene.user.email,
            "sender_name": scene.user.name(),
            "start_date": scene.days_away(0),
            "status": "active",
            "pause_reason": null,
            "calls_assigned_to": [],
        }),
    );
    Sample::new(object, &json!({ "status": "paused", "pause_reason": "manual" }))
}
