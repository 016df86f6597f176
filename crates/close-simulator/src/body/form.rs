//! Submissions of Close's own web forms.

use serde_json::json;

use super::{Sample, Scene, with};

pub(super) fn sample(scene: &mut Scene<'_>) -> Sample {
    let (form_id, name_field, email_field) =
        (scene.dice.id("form"), scene.dice.short_id("f"), scene.dice.short_id("f"));
    let object = with(
        scene.activity("FormSubmission"),
        json!({
            "form_id": form_id,
            "form_name": "Ask for a quote",
            "submitted_at": scene.hours_away(0),
            "page_url": "https://harbourlane.example/quote",
            "utm": { "source": "newsletter", "medium": "email", "campaign": null },
            "fields": [
                { "id": name_field, "label": "Your name", "value": scene.lead.contact_name },
                { "id": email_field, "label": "Your email", "value": scene.lead.contact_email },
            ],
        }),
    );
    Sample::new(object, &json!({ "page_url": null }))
}
