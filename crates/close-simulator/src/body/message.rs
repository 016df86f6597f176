//! Text messages: SMS and `WhatsApp`.

use serde_json::json;

use super::{Sample, Scene, with};

pub(super) fn sms(action: &str, scene: &mut Scene<'_>) -> Sample {
    let sent = action == "sent";
    let object = with(
        scene.activity("SMS"),
        json!({
            "direction": if sent { "outbound" } else { "inbound" },
            "status": if sent { "sent" } else { "inbox" },
            "text": if sent { "We can deliver on Thursday." } else { "Can you deliver this week?" },
            "remote_phone": scene.lead.contact_phone,
            "remote_phone_formatted": scene.lead.contact_phone,
            "local_phone": "+12025550117",
            "local_phone_formatted": "+1 202-555-0117",
            "source": "Close.io",
            "cost": if sent { json!("3") } else { json!(null) },
            "attachments": [],
            "error_message": null,
            "date_sent": if sent { json!(scene.hours_away(0)) } else { json!(null) },
            "date_scheduled": null,
            "template_id": null,
        }),
    );
    Sample::new(object, &json!({ "status": "draft" }))
}

pub(super) fn whatsapp(scene: &mut Scene<'_>) -> Sample {
    let external_id = scene.dice.short_id("wamid");
    let object = with(
        scene.activity("WhatsAppMessage"),
        json!({
            "direction": "incoming",
            "status": "delivered",
            "message_markdown": "Is the *blue* one still available?",
            "message_html": "<p>Is the <strong>blue</strong> one still available?</p>",
            "remote_phone": scene.lead.contact_phone,
            "local_phone": "+12025550117",
            "external_whatsapp_message_id": external_id,
            "response_to_id": null,
            "attachments": [],
            "integration_link": null,
        }),
    );
    Sample::new(object, &json!({ "status": "sent" }))
}
