//! Comments among colleagues on an activity or a lead.

use serde_json::json;

use super::{Sample, Scene, with};

pub(super) fn comment(scene: &mut Scene<'_>) -> Sample {
    let (object_id, thread_id) = (scene.dice.id("acti"), scene.dice.id("thread"));
    let object = with(
        scene.record("comm"),
        json!({
            "lead_id": scene.lead.id,
            "object_id": object_id,
            "object_type": "note",
            "thread_id": thread_id,
            "body": "Can you call them before noon?",
            "mentions": [],
        }),
    );
    Sample::new(object, &json!({ "body": "Can you call them?" }))
}

pub(super) fn thread(scene: &mut Scene<'_>) -> Sample {
    let object_id = scene.dice.id("acti");
    let participants: Vec<_> = scene.organization.users.iter().take(2).map(|user| user.id.clone()).collect();
    let object = with(
        scene.record("thread"),
        json!({
            "lead_id": scene.lead.id,
            "object_id": object_id,
            "object_type": "note",
            "n_comments": 2,
            "participants": participants,
        }),
    );
    Sample::new(object, &json!({ "n_comments": 1 }))
}
