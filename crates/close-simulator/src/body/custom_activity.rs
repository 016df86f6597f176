//! Instances of the organization's custom activity type. They begin as `draft` and are `published` when submitted.

use serde_json::{Map, Value, json};

use super::{Sample, Scene, with};

pub(super) fn sample(action: &str, scene: &mut Scene<'_>) -> Sample {
    let status = if action == "created" { "draft" } else { "published" };
    let outcome_field = format!("custom.{}", scene.dice.id("cf"));
    let object = with(blank(scene), json!({ "status": status, outcome_field.as_str(): "Ready to sign" }));
    Sample::new(object, &json!({ "status": "draft" }))
}

pub(super) fn blank(scene: &mut Scene<'_>) -> Map<String, Value> {
    with(
        scene.activity("CustomActivity"),
        json!({
            "custom_activity_type_id": scene.organization.activity_type_id,
            "status": "published",
            "pinned": false,
        }),
    )
}
