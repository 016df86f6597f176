//! Leads: the companies that a sales team talks to.

use serde_json::{Map, Value, json};

use super::{Sample, Scene, contact, with};

/// A lead with a contact, an address and a custom field.
pub(super) fn sample(scene: &mut Scene<'_>) -> Sample {
    let contact = contact::sample(scene).object;
    let lead = scene.lead.clone();
    let industry_key = format!("custom.{}", scene.organization.industry_field_id);
    let object = with(
        blank(scene),
        json!({
            "id": lead.id,
            "name": lead.name,
            "display_name": lead.name,
            "description": format!("{} company, found through the website.", lead.industry),
            "url": format!("https://{}", lead.domain),
            "html_url": html_url(&lead.id),
            "addresses": [{
                "label": "business", "address_1": "12 Quay Street", "address_2": "", "city": "Hamburg",
                "state": "", "zipcode": "20457", "country": "DE",
            }],
            "contacts": [contact],
            "custom": { "Industry": lead.industry },
            industry_key.as_str(): lead.industry,
        }),
    );
    Sample::new(object, &json!({ "description": null, "url": null }))
}

/// A lead with nothing but its id and first status.
pub(super) fn blank(scene: &mut Scene<'_>) -> Map<String, Value> {
    let record = scene.record("lead");
    let html_url = html_url(record["id"].as_str().unwrap_or_default());
    let status = &scene.organization.lead_statuses[0];
    with(
        record,
        json!({
            "name": "",
            "display_name": "Untitled",
            "description": null,
            "url": null,
            "html_url": html_url,
            "status_id": status.id,
            "status_label": status.label,
            "addresses": [],
            "contacts": [],
            "opportunities": [],
            "tasks": [],
            "custom": {},
            "integration_links": [],
        }),
    )
}

fn html_url(id: &str) -> String {
    format!("https://app.close.com/lead/{id}/")
}
