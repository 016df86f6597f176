//! What an organization adds to Close's own data: custom fields, activity types, object types and their objects.

use serde_json::json;

use super::{Sample, Scene, with};

/// A custom field's definition; `owner` is what carries it (`lead`, `activity`, `shared`, …).
pub(super) fn field(owner: &str, scene: &mut Scene<'_>) -> Sample {
    let common = with(
        scene.record("cf"),
        json!({
            "name": "Region",
            "description": "Where they buy",
            "type": "choices",
            "choices": ["North", "South", "Overseas"],
            "accepts_multiple_values": false,
            "required": false,
            "is_shared": owner == "shared",
            "editable_with_roles": [],
        }),
    );
    let own = match owner {
        "activity" => json!({ "custom_activity_type_id": scene.organization.activity_type_id }),
        "custom_object" => json!({ "custom_object_type_id": scene.organization.object_type_id }),
        "shared" => json!({ "associations": [{ "object_type": "lead", "required": false }] }),
        _ => json!({}),
    };
    Sample::new(with(common, own), &json!({ "choices": ["North", "South"] }))
}

pub(super) fn activity_type(scene: &mut Scene<'_>) -> Sample {
    let field_id = scene.dice.id("cf");
    let object = with(
        scene.record("actitype"),
        json!({
            "id": scene.organization.activity_type_id,
            "name": "Site visit",
            "description": "What was agreed on site",
            "api_create_only": false,
            "is_archived": false,
            "editable_with_roles": [],
            "fields": [{ "id": field_id, "name": "Outcome", "type": "text", "required": true }],
        }),
    );
    Sample::new(object, &json!({ "name": "Visit" }))
}

pub(super) fn object_type(scene: &mut Scene<'_>) -> Sample {
    let field_id = scene.dice.id("cf");
    let object = with(
        scene.record("cotype"),
        json!({
            "id": scene.organization.object_type_id,
            "name": "Machine",
            "name_plural": "Machines",
            "description": "A machine at a customer's site",
            "api_create_only": false,
            "editable_with_roles": [],
            "fields": [{ "id": field_id, "name": "Serial number", "type": "text", "required": true }],
        }),
    );
    Sample::new(object, &json!({ "name_plural": "Machine" }))
}

pub(super) fn object(scene: &mut Scene<'_>) -> Sample {
    let serial_field = format!("custom.{}", scene.dice.id("cf"));
    let object = with(
        scene.record("custobj"),
        json!({
            "name": "Press 3",
            "lead_id": scene.lead.id,
            "custom_object_type_id": scene.organization.object_type_id,
            serial_field.as_str(): "HL-20931",
        }),
    );
    Sample::new(object, &json!({ "name": "Press" }))
}
