//! The account's own set-up: statuses, members, groups, smart views and phone numbers.

use serde_json::json;

use super::{Sample, Scene, with};

/// A status definition of leads or opportunities.
pub(super) fn status(owner: &str, scene: &mut Scene<'_>) -> Sample {
    let own = if owner == "opportunity" {
        json!({ "label": "Contract sent", "type": "active", "pipeline_id": scene.organization.pipeline_id })
    } else {
        json!({ "label": "Waiting for budget", "description": "Ask again next quarter" })
    };
    Sample::new(with(scene.record("stat"), own), &json!({ "label": "Waiting" }))
}

pub(super) fn membership(action: &str, scene: &mut Scene<'_>) -> Sample {
    let object = with(
        scene.record("memb"),
        json!({
            "user_id": scene.user.id,
            "user_email": scene.user.email,
            "user_first_name": scene.user.first_name,
            "user_last_name": scene.user.last_name,
            "role_id": "user",
            "is_active": action == "activated",
            "auto_record_calls": "unset",
        }),
    );
    Sample::new(object, &json!({}))
}

pub(super) fn group(scene: &mut Scene<'_>) -> Sample {
    let members: Vec<_> = scene.organization.users.iter().map(|user| json!({ "user_id": user.id })).collect();
    let before: Vec<_> = members.iter().take(1).cloned().collect();
    let object = with(scene.record("group"), json!({ "name": "Field sales", "members": members }));
    Sample::new(object, &json!({ "members": before }))
}

pub(super) fn saved_search(scene: &mut Scene<'_>) -> Sample {
    let object = with(
        scene.record("save"),
        json!({
            "name": "No contact for a month",
            "type": "lead",
            "is_shared": true,
            "shared_with": [],
            "user_id": scene.user.id,
            "query": "sort:-last_contacted",
            "s_query": { "query": { "type": "match_all" }, "sort": [] },
        }),
    );
    Sample::new(object, &json!({ "name": "No contact" }))
}

pub(super) fn phone_number(scene: &mut Scene<'_>) -> Sample {
    let object = with(
        scene.record("phon"),
        json!({
            "number": "+12025550117",
            "number_formatted": "+1 202-555-0117",
            "country": "US",
            "type": "group",
            "label": "Sales line",
            "participants": [scene.user.id],
            "forward_to": null,
            "forward_to_enabled": false,
            "voicemail_greeting_url": null,
            "sms_enabled": true,
            "mms_enabled": false,
        }),
    );
    Sample::new(object, &json!({ "label": "Main line" }))
}
