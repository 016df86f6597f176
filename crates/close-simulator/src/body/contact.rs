//! Contacts: the people at a lead.

use serde_json::{Map, Value, json};

use super::{Sample, Scene, with};

pub(super) fn sample(scene: &mut Scene<'_>) -> Sample {
    let lead = scene.lead.clone();
    let object = with(
        blank(scene),
        json!({
            "id": lead.contact_id,
            "name": lead.contact_name,
            "display_name": lead.contact_name,
            "title": lead.contact_title,
            "emails": [{ "type": "office", "email": lead.contact_email, "is_unsubscribed": false }],
            "phones": [{ "type": "office", "phone": lead.contact_phone, "phone_formatted": lead.contact_phone }],
            "urls": [{ "type": "url", "url": format!("https://{}/team", lead.domain) }],
        }),
    );
    Sample::new(object, &json!({ "title": "" }))
}

/// A contact of the scene's lead of whom nothing is known.
pub(super) fn blank(scene: &mut Scene<'_>) -> Map<String, Value> {
    with(
        scene.record("cont"),
        json!({
            "lead_id": scene.lead.id,
            "name": "",
            "display_name": "",
            "title": "",
            "emails": [],
            "phones": [],
            "urls": [],
            "integration_links": [],
        }),
    )
}
