//! Emails, their threads, and addresses that opted out of bulk mail.

use serde_json::json;

use super::{Sample, Scene, with};

pub(super) fn email(action: &str, scene: &mut Scene<'_>) -> Sample {
    let sent = action == "sent";
    let thread_id = scene.dice.id("acti");
    let lead = scene.lead.clone();
    let object = with(
        scene.activity("Email"),
        json!({
            "direction": if sent { "outgoing" } else { "incoming" },
            "status": if sent { "sent" } else { "inbox" },
            "thread_id": thread_id,
            "subject": "Your proposal",
            "sender": if sent { &scene.user.email } else { &lead.contact_email },
            "to": [if sent { &lead.contact_email } else { &scene.user.email }],
            "cc": [],
            "bcc": [],
            "body_preview": "Thanks for the call today",
            "body_text": "Thanks for the call today. The two open points are answered below.",
            "body_html": "<p>Thanks for the call today. The two open points are answered below.</p>",
            "attachments": [],
            "opens": [],
            "opens_summary": null,
            "date_sent": if sent { json!(scene.hours_away(0)) } else { json!(null) },
            "date_scheduled": null,
            "template_id": null,
            "envelope": { "is_autoreply": false, "message_id": [format!("{}@mail.example", scene.dice.short_id("m"))] },
        }),
    );
    Sample::new(object, &json!({ "subject": "Proposal", "opens_summary": "none" }))
}

pub(super) fn thread(scene: &mut Scene<'_>) -> Sample {
    let email = email("created", scene).object;
    let lead = scene.lead.clone();
    let object = with(
        scene.activity("EmailThread"),
        json!({
            "latest_normalized_subject": "your proposal",
            "latest_emails": [email],
            "n_emails": 2,
            "participants": [
                { "email": lead.contact_email, "name": lead.contact_name },
                { "email": scene.user.email, "name": scene.user.name() },
            ],
        }),
    );
    Sample::new(object, &json!({ "n_emails": 1 }))
}

pub(super) fn unsubscribed(scene: &mut Scene<'_>) -> Sample {
    let object = with(
        scene.record("unsub"),
        json!({ "email": scene.lead.contact_email, "source": "unsubscribe_link", "contact_id": scene.lead.contact_id }),
    );
    Sample::new(object, &json!({}))
}
